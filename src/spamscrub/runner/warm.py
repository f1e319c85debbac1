"""What workers share: imported by the process that they are forked from, so that each begins with a Cleaner that is built."""

import gc

gc.disable()  # nothing of what is made here goes away again, and looking through it all takes time

from spamscrub.cleaner import Cleaner  # noqa: E402

Cleaner().clean("A first text loads what is loaded at first use.\n\nWhat texts beyond ASCII need, workers load when they have one.\n")
gc.freeze()
gc.enable()
