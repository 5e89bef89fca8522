"""Simulated devices on real sockets: the tests' fake, the demo and the user's toy at once.

State by family, services by transport, faults. Nothing outside but the tests takes anything but the
subcommand, `simulate.simulate`.
May import: the hall, transport.wire, transport.aes, transport.klap, transport.rsa, transport.p256,
transport.spake2, transport.passcode, transport.tpap, cli.arguments, cli.output, cli.serving,
cli.signals.
"""
