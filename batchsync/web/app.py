"""The web application: routes, error responses, and the server from start to end."""

import asyncio
import contextlib
import hashlib
import json
import logging
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from batchsync.config import Config
from batchsync.errors import BatchsyncError, LedgerBusy, SettingsError
from batchsync.ledger import open_ledger
from batchsync.messages import web as messages
from batchsync.settings import Loaded
from batchsync.web.column_choice import ColumnMemory
from batchsync.web.context import CONTEXT, AppContext, CheckLine, SaveSetup
from batchsync.web.events import Broadcaster
from batchsync.web.handlers import auth, events, files, ledger, nightly, runs, settings, setup
from batchsync.web.queries import LedgerQueries
from batchsync.web.rendering import FOLDER, TemplateRenderer, language
from batchsync.web.run_queue import PlanChanged, RunQueue
from batchsync.web.security import (
    Handler,
    SessionAuth,
    access_from,
    add_security_headers,
    cookie_name,
    load_secret,
    security_middleware,
)
from batchsync.web.uploads import TooLarge, UploadStore, single_instance_lock

ADDRESS = "address.txt"
"""Where a second start finds the running page."""
HANDLERS = (auth, events, files, ledger, nightly, runs, settings, setup)
_NOT_FOUND = (messages.NO_SUCH_FILE, messages.NO_SUCH_RUN, messages.NO_SUCH_NIGHT)


def create_app(context: AppContext) -> web.Application:
    """Return the application with all its routes."""
    check = security_middleware(context.auth, auth.unauthenticated)
    app = web.Application(middlewares=[check, error_middleware])
    app[CONTEXT] = context
    app.on_response_prepare.append(add_security_headers)
    app.router.add_static("/static/", FOLDER / "static", follow_symlinks=False, show_index=False)
    for module in HANDLERS:
        app.router.add_routes(module.routes)
    return app


@web.middleware
async def error_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every exception into a response with a message for the user."""
    try:
        return await handler(request)
    except web.HTTPException as response:
        if response.status < 400:
            raise
        return _error_response(request, BatchsyncError(messages.NO_SUCH_PAGE), response.status)
    except BatchsyncError as error:
        return _error_response(request, error, _status(error))
    except (ConnectionResetError, asyncio.CancelledError):
        raise
    except OSError as error:
        unsaved = BatchsyncError(messages.UPLOAD_NOT_SAVED, error=error.strerror or error)
        return _error_response(request, unsaved, 507)
    except Exception:  # a bug; its traceback belongs in the log only
        logging.getLogger(__name__).exception("%s %s", request.method, request.path)
        return _error_response(request, BatchsyncError(messages.BUG), 500)


def _status(error: BatchsyncError) -> int:
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, PlanChanged | LedgerBusy):
        return 409
    return 404 if error.text in _NOT_FOUND else 400


def _error_response(request: web.Request, error: BatchsyncError, status: int) -> web.Response:
    if request.path.startswith("/api/"):
        return web.json_response({"error": error.render(language(request))}, status=status)
    renderer = request.app[CONTEXT].renderer
    return renderer.response(request, "error.html", status=status, error=error)


# --- The server ---------------------------------------------------------------------------------------------


def data_dir(config: Config) -> Path:
    """Return the folder for uploaded files: beside the ledger, since the two belong together."""
    from platformdirs import user_data_path

    with open_ledger(config.ledger.url, read_only=True) as opened:
        place = opened.place
    if isinstance(place, Path):
        return place.with_name(f"{place.name}.web")
    name = hashlib.sha256(place.encode()).hexdigest()[:12]
    return user_data_path("batchsync", appauthor=False) / f"{name}.web"


@contextlib.asynccontextmanager
async def serve(
    loaded: Loaded,
    *,
    run_checks: Callable[[], Sequence[CheckLine]],
    announce_address: Callable[[str], None],
    save_setup: SaveSetup,
) -> AsyncIterator[AppContext]:
    """Serve the page until the block ends; a run under way is then stopped as by Ctrl-C, and finished.

    Raises SettingsError when the address can't be used, UsageError when another page uses the same folder.
    """
    config = loaded.config
    access, folder = access_from(config.web), data_dir(config)
    with single_instance_lock(folder):
        session = SessionAuth(access, load_secret(folder))
        broadcaster = Broadcaster()
        store, memory = UploadStore(folder, config.web.max_upload), ColumnMemory(folder / "columns.json")
        queue = RunQueue(config, store, broadcaster, memory)
        queries = LedgerQueries(config, folder / "cache")
        context = AppContext(
            loaded=loaded,
            queue=queue,
            queries=queries,
            renderer=TemplateRenderer(max_mb=config.web.max_upload),
            auth=session,
            events=broadcaster,
            run_checks=run_checks,
            announce_address=lambda token: announce_address(
                access.url(session.port, f"/login?token={token}")
            ),
            save_setup=save_setup,
        )
        runner = web.AppRunner(create_app(context), access_log=None, shutdown_timeout=2)
        await runner.setup()
        try:
            await queue.restore()
            try:
                await web.TCPSite(runner, access.host, access.port).start()
            except OSError as error:
                facts = {"host": access.host, "port": access.port, "error": error.strerror}
                raise SettingsError(messages.PORT_TAKEN, **facts) from error
            session.port = runner.addresses[0][1]
            (folder / ADDRESS).write_text(access.url(session.port), encoding="ascii")
            processing = asyncio.create_task(queue.process())
            context.announce_address(session.issue_token())
            yield context
            await queue.close()
            await processing
        finally:
            (folder / ADDRESS).unlink(missing_ok=True)
            await runner.cleanup()
            queries.close()


def login_url_of_running_page(config: Config) -> str | None:
    """Return an address that starts a session on the page that already runs over the same ledger; None if it fails."""
    folder = data_dir(config)
    try:
        url = (folder / ADDRESS).read_text(encoding="ascii")
        port = urlsplit(url).port
        request = urllib.request.Request(  # noqa: S310 (our own address)
            f"{url}api/login-token",
            method="POST",
            headers={
                "Origin": url.rstrip("/"),
                "Cookie": f"{cookie_name(port or 80)}={load_secret(folder)}",
            },
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=5) as response:
            token = json.load(response)["token"]
    except (OSError, ValueError, KeyError):
        return None
    return f"{url}login?token={token}"
