"""Letters (文书): from an administrator's template and a case to text, page and dossier.

`template`, `composing` and `page` import Jinja, which only who writes a letter waits for.
"""
