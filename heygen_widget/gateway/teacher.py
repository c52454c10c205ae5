"""The teacher's routes: how the workshop stands, and what to change in it."""

from http import HTTPStatus
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from heygen_widget.gateway.codes import Codes
from heygen_widget.gateway.log import note
from heygen_widget.gateway.metrics import Metrics
from heygen_widget.gateway.orders import Budget, CodesWanted, Pause, Stop
from heygen_widget.gateway.sessions import Sessions
from heygen_widget.gateway.settings import Settings
from heygen_widget.gateway.store import MICRO, Store
from heygen_widget.local.errors import ApiError
from heygen_widget.local.intake import Intake

WORKSHOP: Final = "/workshop"

OrderT = TypeVar("OrderT", bound=BaseModel)


class Teacher:
    """The routes below ``/workshop``, and the metrics."""

    def __init__(
        self,
        store: Store,
        sessions: Sessions,
        codes: Codes,
        settings: Settings,
        *,
        metrics: Metrics,
        intake: Intake,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._codes = codes
        self._settings = settings
        self._metrics = metrics
        self._intake = intake

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(WORKSHOP, self._show),
            Route(WORKSHOP + "/codes", self._add_codes, methods=["POST"]),
            Route(WORKSHOP + "/stop", self._stop, methods=["POST"]),
            Route(WORKSHOP + "/pause", self._pause, methods=["POST"]),
            Route(WORKSHOP + "/budget", self._set_budget, methods=["POST"]),
            Route("/metrics", self._show_metrics),
        ]

    async def _show(self, _: Request) -> Response:
        return JSONResponse({"data": _shown(await self._store.view(), self._settings)})

    async def _add_codes(self, request: Request) -> Response:
        order = await self._order(request, CodesWanted)
        budget = None if order.budget is None else round(order.budget * MICRO)
        codes = await self._codes.add(order.learners, order.hours, budget)
        note("codes added", number=len(codes))
        data = {"codes": dict(zip(order.learners, codes, strict=True))}
        return JSONResponse({"data": data}, HTTPStatus.CREATED)

    async def _stop(self, request: Request) -> Response:
        order = await self._order(request, Stop)
        stopped = await self._store.stop(order.learner)
        await self._sessions.look_now()
        note("stopped", number=stopped)
        return JSONResponse({"data": {"stopped": stopped}})

    async def _pause(self, request: Request) -> Response:
        order = await self._order(request, Pause)
        await self._store.pause(paused=order.paused)
        return JSONResponse({"data": {"paused": order.paused}})

    async def _set_budget(self, request: Request) -> Response:
        order = await self._order(request, Budget)
        await self._store.set_budget(round(order.budget * MICRO), order.learner)
        return JSONResponse({"data": {"budget": order.budget}})

    async def _show_metrics(self, _: Request) -> Response:
        view = await self._store.view()
        return PlainTextResponse(self._metrics.text(view, self._settings.slots))

    async def _order(self, request: Request, kind: type[OrderT]) -> OrderT:
        async with self._intake.body(request) as body:
            try:
                return kind.model_validate_json(bytes(body) or b"{}")
            except ValidationError as error:
                first = error.errors()[0]
                param = ".".join(map(str, first["loc"]))
        raise ApiError.invalid(f"Invalid '{param}'. {first['msg']}.", param)


def _shown(view: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return what a teacher sees, in dollars and seconds of media."""
    now, pace = view["now"], settings.pace
    return {
        "slots": settings.slots,
        "paused": view["paused"],
        "sessions": int(view["sessions"]),
        **_dollars(view),
        "speaking": [
            {
                "learner": hold["learner"],
                "stream_id": hold.get("stream"),
                "seconds": round((now - hold["began"]) * pace, 1),
                "seconds_left": round(max(0.0, hold["ends"] - now) * pace, 1),
                "reserved": hold["reserve"] / MICRO,
            }
            for hold in sorted(view["holds"], key=lambda each: float(each["began"]))
        ],
        "waiting": view["waiting"],
        "learners": [
            {"learner": each["learner"], **_dollars(each)}
            for each in sorted(view["learners"], key=lambda each: str(each["learner"]))
        ],
    }


def _dollars(account: dict[str, Any]) -> dict[str, float]:
    return {name: account[name] / MICRO for name in ("budget", "spent", "reserved")}
