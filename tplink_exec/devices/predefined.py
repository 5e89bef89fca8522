"""Effects of light strips that are the same on all: as recorded of an L920.

A strip plays what it is sent, so they are started with all that they consist of.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Any, Fields

# name | id | type | direction | duration, s | expansion_strategy | repeat_times | spread
#   | transition, ms | display_colors | sequence; colors are hue,saturation,brightness
EFFECTS = """
Aurora | TapoStrip_1MClvV18i15Jq3bvJVf0eP | sequence | 4 | 0 | 1 | 0 | 7 | 1500 |
  | 120,100,100 240,100,100 260,100,100 280,100,100
Rainbow | TapoStrip_7CC5y4lsL8pETYvmz7UOpQ | sequence | 1 | 0 | 1 | 0 | 12 | 1500 |
  | 0,100,100 100,100,100 200,100,100 300,100,100
Sunrise | TapoStrip_1OVSyXIsDxrt4j7OxyRvqi | pulse | 1 | 600 | 2 | 1 | 1 | 60000
  | 30,0,100 30,95,100 0,100,100
  | 0,100,5 0,100,5 10,100,6 15,100,7 20,100,8 20,100,10 30,100,12 30,95,15
    30,90,20 30,80,25 30,75,30 30,70,40 30,60,50 30,50,60 30,20,70 30,0,100
Sunset | TapoStrip_5NiN0Y8GAUD78p4neKk9EL | pulse | 1 | 600 | 2 | 1 | 1 | 60000
  | 0,100,100 30,95,100 30,0,100
  | 30,0,100 30,20,100 30,50,99 30,60,98 30,70,97 30,75,95 30,80,93 30,90,90
    30,95,85 30,100,80 20,100,70 20,100,60 15,100,50 10,100,40 0,100,30 0,100,0
"""
NUMBERS = "direction duration expansion_strategy repeat_times spread transition".split()
FADE = {"run_time": 0, "trans_sequence": []}  # type: Fields
"""What those of type pulse have besides."""


def predefined() -> "dict[str, Fields]":
    """Each by its name, as set_lighting_effect takes it, but for enable and brightness."""
    found = {}
    for row in EFFECTS.strip().replace("\n  ", " ").splitlines():
        name, id, kind, *numbers, display, sequence = [cell.strip() for cell in row.split("|")]
        effect = {"custom": 0, "id": id, "name": name, "type": kind, "segments": [0]}  # type: Fields
        effect.update(zip(NUMBERS, map(int, numbers)))
        effect["sequence"] = colors(sequence)
        effect["display_colors"] = colors(display or sequence)
        found[name] = {**effect, **(FADE if kind == "pulse" else {})}
    return found


def colors(text: str) -> "list[Any]":
    return [[int(part) for part in color.split(",")] for color in text.split()]
