"""The server of the page: its routes, its rooms put together, and its life from the first socket to the last run's end."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from batchsync.config import Config
from batchsync.errors import BatchsyncError, LedgerBusy, SettingsError
from batchsync.ledger import open_ledger
from batchsync.messages import web as messages
from batchsync.settings import Loaded
from batchsync.web.access import Access, access_of
from batchsync.web.context import AppContext, Examine
from batchsync.web.events import Broadcaster
from batchsync.web.handlers.auth import AuthHandlers
from batchsync.web.handlers.files import FileHandlers
from batchsync.web.handlers.nights import Nights
from batchsync.web.handlers.runs import RunHandlers
from batchsync.web.handlers.settings import SettingsHandlers
from batchsync.web.queries import LedgerQueries
from batchsync.web.run_queue import Changed, RunQueue
from batchsync.web.security import Handler, SessionAuth, add_security_headers, security_middleware
from batchsync.web.templating import HERE, TemplateRenderer, language
from batchsync.web.uploads import TooLarge, UploadStore, single_instance_lock

Middleware = Callable[..., Awaitable[web.StreamResponse]]
FILE = "{file:[0-9a-f]{12}}"
RUN = "{run:[^/{}]{1,120}}"
ACT = "{act:leave|pause|resume|stop|forget}"


def application(house: AppContext) -> web.Application:
    """Return the page as an application: every route there is."""
    entrance, counter = AuthHandlers(house), FileHandlers(house)
    room, nights, office = RunHandlers(house), Nights(house), SettingsHandlers(house)
    watch = security_middleware(house.door, entrance.locked, entrance.refused)
    app = web.Application(middlewares=[watch, _sentences(house)])
    app.on_response_prepare.append(add_security_headers)
    app.router.add_static("/static/", HERE / "static", follow_symlinks=False, show_index=False)
    app.router.add_routes(
        [
            web.get("/enter", entrance.enter),
            web.post("/login", entrance.login),
            web.post("/language", entrance.language),
            web.get("/", counter.home),
            web.get("/part", counter.files_part),
            web.get(f"/files/{FILE}", counter.file),
            web.get(f"/files/{FILE}/part", counter.file_part),
            web.get(f"/files/{FILE}/rows", counter.problems),
            web.get(f"/files/{FILE}/plan.csv", counter.plan),
            web.get("/api/events", counter.events),
            web.get("/api/stand", counter.stand),
            web.post("/api/files", counter.upload),
            web.post("/api/pastes", counter.paste),
            web.post(f"/api/files/{FILE}/check", counter.check),
            web.post(f"/api/files/{FILE}/start", counter.start),
            web.post(f"/api/files/{FILE}/{ACT}", counter.act),
            web.get("/runs", room.runs),
            web.get(f"/runs/{RUN}", room.run),
            web.get(f"/runs/{RUN}/part", room.run_part),
            web.get(f"/runs/{RUN}/doubts", room.doubts),
            web.get(f"/runs/{RUN}/result.{{form:xlsx|csv}}", room.result),
            web.get(f"/runs/{RUN}/dispute.xlsx", room.dispute),
            web.get(f"/api/runs/{RUN}/rows", room.rows),
            web.post(f"/api/runs/{RUN}/settle", room.record_outcome),
            web.get("/nights", nights.nights),
            web.get("/nights/{night:[0-9-]{10,20}}", nights.night),
            web.get("/orders", room.order),
            web.get("/points", room.points),
            web.get("/settings", office.settings),
            web.get("/settings/doctor", office.doctor),
        ]
    )
    return app


def _sentences(house: AppContext) -> Middleware:
    """Return the middleware that turns whatever goes wrong into a sentence."""

    @web.middleware
    async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as answer:
            if answer.status < 400:
                raise
            return _fault(house, request, BatchsyncError(messages.NO_SUCH_PAGE), answer.status)
        except BatchsyncError as error:
            return _fault(house, request, error, _status(error))
        except (ConnectionResetError, asyncio.CancelledError):
            raise
        except OSError as error:
            fault = BatchsyncError(messages.DISK_SAYS_NO, error=error.strerror or error)
            return _fault(house, request, fault, 507)
        except Exception:  # a bug of ours must not show its inside to a browser
            logging.getLogger(__name__).exception("%s %s", request.method, request.path)
            return _fault(house, request, BatchsyncError(messages.OUR_BUG), 500)

    return tell


def _status(error: BatchsyncError) -> int:
    if isinstance(error, TooLarge):
        return 413
    if isinstance(error, Changed | LedgerBusy):
        return 409
    return 404 if error.text in (messages.NO_SUCH_FILE, messages.NO_SUCH_RUN, messages.NO_SUCH_NIGHT) else 400


def _fault(house: AppContext, request: web.Request, error: BatchsyncError, status: int) -> web.Response:
    if request.path.startswith("/api/"):
        return web.json_response({"error": error.render(language(request))}, status=status)
    return house.pages.response(request, "fault.html", status=status, error=error)


# --- Its life -----------------------------------------------------------------------------------------------


def data_dir(config: Config) -> Path:
    """Return the folder that the page keeps its files in: beside the ledger, so that the two belong together."""
    from platformdirs import user_data_path

    with open_ledger(config.ledger.url, read_only=True) as ledger:
        place = ledger.place
    if isinstance(place, Path):
        return place.with_name(f"{place.name}.web")
    name = hashlib.sha256(place.encode()).hexdigest()[:12]
    return user_data_path("batchsync", appauthor=False) / f"{name}.web"


@contextlib.asynccontextmanager
async def serve(
    loaded: Loaded, *, examine: Examine, say_address: Callable[[str], None]
) -> AsyncIterator[AppContext]:
    """Serve the page until the block ends; a run under way is then stopped as by Ctrl-C, and finished.

    Raises SettingsError when it can't be served there, UsageError when another one works on the same folder.
    """
    config = loaded.config
    access, folder = access_of(config.web), data_dir(config)
    with single_instance_lock(folder):
        bell, door = Broadcaster(), SessionAuth(access)
        shelf = UploadStore(folder, config.web.max_upload)
        library = LedgerQueries(config, folder / "made")
        desk = RunQueue(config, shelf, bell)
        house = AppContext(
            loaded=loaded, desk=desk, library=library, pages=TemplateRenderer(), door=door, bell=bell, examine=examine,
            say_address=lambda key: say_address(address(access, door.port, key)),
        )  # fmt: skip
        runner = web.AppRunner(application(house), access_log=None, shutdown_timeout=2)
        await runner.setup()
        try:
            await desk.take_up()
            await _listen(runner, access, door)
            working = asyncio.create_task(desk.work())
            house.say_address(door.new_key())
            yield house
            await desk.close()
            await working
        finally:
            await runner.cleanup()
            library.close()


async def _listen(runner: web.AppRunner, access: Access, door: SessionAuth) -> None:
    try:
        await web.TCPSite(runner, access.host, access.port).start()
    except OSError as error:
        raise SettingsError(
            messages.PORT_TAKEN, host=access.host, port=access.port, error=error.strerror
        ) from error
    door.port = runner.addresses[0][1]


def address(access: Access, port: int, key: str) -> str:
    """Return the address that opens the page once."""
    host = "127.0.0.1" if access.host in ("0.0.0.0", "::", "localhost") else access.host  # noqa: S104 (compared)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/enter?key={key}"
