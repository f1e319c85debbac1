"""What workers share: imported by the process that they are forked from, so that each begins with a Cleaner that is built."""

from spamscrub.cleaner import Cleaner

Cleaner().clean("A first text loads what is loaded at first use: 上海.\n\nThe second paragraph is in English, déjà vu and казино too.\n")
