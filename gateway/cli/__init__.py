"""The command line. The Lambda handler never imports it.

Of a server it is the part that starts it, `serve` and `server`: what reads the other commands' options (cyclopts) and
draws their tables (rich) is never in a process that serves.
"""
