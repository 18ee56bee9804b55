"""How fast the template and what it emits are, as ratios measured in one run.

    python -m tests.benchmarks                  all of it, in a few minutes
    python -m tests.benchmarks copy start       some of it
    python -m tests.benchmarks --help           rounds, seconds, the PostgreSQL server to use

copy      `copier copy` with the default answers, the whole process, against copying the files it
          rendered from a template without any Jinja. Aim: 1.5 or less.
requests  requests per second of one worker on PostgreSQL, against `by_hand.py`, which gives the
          same answers byte for byte. Aim for the list: 0.9 or more. The rate limit is off, and the
          list is asked for without security (as the other program has none) and with it.
start     from `uv run app serve` to the first answer, on a migrated SQLite database, against
          `by_hand.py` served the same way. Aim: 1.5 s or less.

What is compared takes turns, round by round, and the median of the rounds counts: absolute numbers
depend on the machine and on what else it does, ratios hardly. Nothing here passes or fails.

`wrk` makes the requests if it is there (`apt-get install wrk`), else a client of our own does.
"""
