"""What follows when a device refuses a TPAP login: the one other try that there may be, or none."""

from ..errors import WrongCredentials
from .passcode import COMPATIBILITY
from .spake2 import SHORT
from .tpap import ACCOUNT, Login
from .tpap_refusal import Denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..shapes import Callable
    from .login_turn import Turn
    from .tpap import TpapSession


def again(
    log_in: "Callable[[Login], TpapSession]",
    login: Login,
    turn: "Turn",
    error: WrongCredentials,
    source: str,
) -> "TpapSession":
    """The session after all, or the reason. Raises WrongCredentials and other PlugErrors.

    One password in 512 has two ways of being written, and it is not known which one devices take:
    that is the case of a second try. `source` is where the login is from.
    """
    try:
        if not isinstance(error, Denied):
            raise error
        turn.refused()  # before all else: the next try may end as it will
        if login.w0 >= SHORT:
            raise error
        return log_in(Login(login.told, login.kind, login.password, login.deadline, True))
    except Denied as denied:
        whose = "login of %s" % source if login.kind == ACCOUNT else "default login"
        text = "the device refuses the %s (%s): it wants the TP-Link account's, or else %s"
        raise WrongCredentials(text % (whose, denied, COMPATIBILITY)) from None
