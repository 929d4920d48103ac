"""An invented practice, and patients who behave like a Monday.

How a program uses it (`practice demo` does):

    demo = load(store, identity, at=clock.now(), seed=1, patients=10_000, profile=Profile.MONDAY,
                say=lambda line: print(line, file=sys.stderr))          # without a loop, once
    ready["accounts"] = [account.line() for account in demo.accounts]   # staff, five patients
    traffic = Traffic(demo, base=base, ca=ca_path, clock=clock, identity=identity, say=say)
    task = asyncio.create_task(traffic.run())   # acts until it is cancelled; ends within a second

`load` wants an opened store without this practice in it. `Traffic.run()` with Profile.OFF
returns at once and never opens a connection. `demo.ods` is the practice's code, A99999.
"""

from practice.demo.generate.clinicians import ODS, PRACTICE_NAME
from practice.demo.profile import DemoAccount, Profile
from practice.demo.run import Demo, load
from practice.demo.traffic import Traffic

__all__ = ["ODS", "PRACTICE_NAME", "Demo", "DemoAccount", "Profile", "Traffic", "load"]
