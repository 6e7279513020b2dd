"""Ways in beside Python: the verbs of the command line, notebooks, the pytest plugin.

A verb's options enter, an exit status leaves. Each verb is a file. Read `derive_command.py` first;
`notebook.py` is what a notebook shows.
"""
