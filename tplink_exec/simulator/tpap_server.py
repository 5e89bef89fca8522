"""A simulated device with TPAP, over HTTP; found by UDP, as one with KLAP is."""

from .http_device import HttpSimulator
from .http_faults import HTTP_FAULTS, spoiled
from .http_messages import KlapReply
from .tdp import PORT
from .tpap_service import DENIED, GONE, LOCKED, SPOILED, TpapService, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Any, Steps
    from .base import SimulatedDevice
    from .http_faults import Scenario


def _refusal(code: int, times: float = float("inf")) -> "Scenario":
    def scenario(reply: KlapReply, number: int) -> "Steps":
        yield (said(code) if number < times else reply).text()

    return scenario


TPAP_FAULTS = {  # type: dict[str, Scenario]
    **HTTP_FAULTS,
    "locked": _refusal(LOCKED),
    "refused": _refusal(DENIED),
    "session-gone": _refusal(GONE, 1),
    **{name: spoiled(name) for name in SPOILED},
}


class TpapSimulator(HttpSimulator):
    """A device with TPAP; `more` is for TpapService."""

    faults = TPAP_FAULTS

    def __init__(
        self,
        device: "SimulatedDevice",
        fault: str = "",
        login: "tuple[str, str]" = ("", ""),
        stage: str = "",
        discovery_port: int = PORT,
        **more: "Any",
    ) -> None:
        super().__init__(device, fault, stage, discovery_port)
        self.service = self.tpap = TpapService(device, self.requests, login, **more)

    def about(self, address: str, port: int) -> "Answer":
        tpap = {"tpap_preferred": True, "tpap": self.tpap.about(port)}
        return {**super().about(address, port), **tpap}
