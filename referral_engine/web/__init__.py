"""What is served over HTTP: health, metrics.

`app.py` puts the routes together, each subject being a router in a module of its own; `serving.py`
lets uvicorn answer in a thread beside a daemon. FastAPI is imported only once something is served.
"""

from __future__ import annotations

from referral_engine.web.serving import serving

__all__ = ["serving"]
