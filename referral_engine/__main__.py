"""`python -m referral_engine` is the `referral` command."""

from referral_engine.cli import main

if __name__ == "__main__":
    main()
