# Rules tried over past usage.
replays-lead = A rule tried over past usage shows whom it would have caught, and what it would have cost them. It changes nothing and tells nobody; that it was tried stands in the audit.
replays-rule = Rule
replays-choose = Choose a rule
replays-rule-hint = Rules of the rule book that count something.
replays-threshold = Another threshold
replays-threshold-hint = A whole number. Empty: the rule's own.
replays-days = Days back
replays-days-hint = At most { $days }: usage by the minute is kept no longer.
replays-try = Try it
replays-before = Rules tried before
replays-asked = Asked for
replays-state = State
replays-caught = Caught
replays-back = { $days ->
    [one] over one day
   *[other] over { $days } days
}
replays-none = No rule was tried yet
replays-none-yet = What is tried stands here, with what came of it.
replays-terminal = In a terminal: <code>accord rules replay --rule night-pull --since 14d --threshold 500</code>, which shows how far it is.
replays-leave = You can leave this page: the try goes on.
replays-done = { $count ->
    [0] The rule would have caught nobody.
    [one] The rule would have caught one, of { $agreements ->
        [one] one agreement
       *[other] { $agreements } agreements
    }.
   *[other] The rule would have caught { $count }, of { $agreements ->
        [one] one agreement
       *[other] { $agreements } agreements
    }.
}
replays-keys = Keys used
replays-agreements = Agreements used
replays-calls = Calls let through
replays-stopped = Calls it would have stopped
replays-cut = { $count ->
    [one] Of one key more was counted than is read at once; its newest usage is missing here.
   *[other] Of { $count } keys more was counted than is read at once; their newest usage is missing here.
}
replays-whom = Whom it would have caught, and when first
replays-when = When
replays-agreement = Agreement
replays-key = Key
replays-measured = Measured
replays-calls-then = Calls then
replays-of-them-refused = { $calls }, { $refused } refused
replays-times = Times
replays-after = Calls let through after
replays-short = These are the first; <code>accord rules replay</code> shows all of them.
replays-again = Try it another way
replays-link = Try a rule over past usage
