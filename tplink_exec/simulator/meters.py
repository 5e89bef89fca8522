"""What simulated devices measure, in the number formats of the real ones' meters."""

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Answer, Clock, Method  # noqa: F401 (type comments)

MAINS_V = 230.837
TOTAL_WH_AT_START = 16323


class Meter:
    """The meter of hardware 1 and 2: V, A, W and kWh as floats.

    `load` gives what is on, in W and without side effect; call `count` before that changes.
    """

    def __init__(self, clock: "Clock", load: "Clock") -> None:
        self.clock = clock
        self.load = load
        self.total_wh = float(TOTAL_WH_AT_START)
        self.used_wh = 0.0
        self.counted_until = clock()
        self.methods = {
            "get_realtime": self.get_realtime,
            "get_daystat": self.get_daystat,
            "get_monthstat": self.get_monthstat,
            "erase_emeter_stat": self.erase_emeter_stat,
        }  # type: dict[str, Method]

    def count(self) -> None:
        """Add the energy used since it was last counted."""
        now = self.clock()
        used_wh = self.load() * (now - self.counted_until) / 3600
        self.total_wh += used_wh
        self.used_wh += used_wh
        self.counted_until = now

    def reading(self) -> "Answer":
        return {
            "current": round(self.load() / MAINS_V, 6),
            "voltage": MAINS_V,
            "power": self.load(),
            "total": round(self.total_wh / 1000, 3),
        }

    def energy(self) -> "Answer":
        return {"energy": round(self.used_wh / 1000, 3)}

    def get_realtime(self, _: "Answer") -> "Answer":
        self.count()
        return {**self.reading(), "err_code": 0}

    def get_daystat(self, arguments: "Answer") -> "Answer":
        """The days of a month: what was used since the start, all of it put on today."""
        self.count()
        now = time.gmtime(self.clock())
        days = []
        if (arguments.get("year"), arguments.get("month")) == now[:2]:
            days = [{"year": now[0], "month": now[1], "day": now[2], **self.energy()}]
        return {"day_list": days, "err_code": 0}

    def get_monthstat(self, arguments: "Answer") -> "Answer":
        """The months of a year, likewise."""
        self.count()
        now = time.gmtime(self.clock())
        months = []
        if arguments.get("year") == now[0]:
            months = [{"year": now[0], "month": now[1], **self.energy()}]
        return {"month_list": months, "err_code": 0}

    def erase_emeter_stat(self, _: "Answer") -> "Answer":
        self.count()
        self.total_wh = self.used_wh = 0.0
        return {"err_code": 0}


class MilliMeter(Meter):
    """Later hardware: integers in mV, mA, mW and Wh."""

    def reading(self) -> "Answer":
        return {
            "voltage_mv": round(MAINS_V * 1000),
            "current_ma": round(self.load() / MAINS_V * 1000),
            "power_mw": round(self.load() * 1000),
            "total_wh": int(self.total_wh),
        }

    def energy(self) -> "Answer":
        return {"energy_wh": int(self.used_wh)}


class BulbMeter(MilliMeter):
    """LB bulbs tell the power only, and the energy by day and month (LB100, LB130, recorded)."""

    def reading(self) -> "Answer":
        return {"power_mw": round(self.load() * 1000)}


class LightStripMeter(MilliMeter):
    """Voltage and current are always 0 (KL430, recorded)."""

    def reading(self) -> "Answer":
        return {**super().reading(), "voltage_mv": 0, "current_ma": 0}
