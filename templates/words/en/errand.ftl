# How far long work is, on every page that shows it.
errand-writing = { $done } of { $of } rows
errand-asking = The address is asked
errand-fetching = { $done } of { $of } fetched
errand-fetching-so-far = { $done } fetched so far
errand-reading = { $of ->
    [0] The catalogue is read
    [one] One record is read in
   *[other] { $of } records are read in; either all of them count or none
}
errand-replaying = { $done } of { $of } looked at
errand-again = The service stopped meanwhile. It was begun again from the start, { $times } times in all.
errand-refreshes = This page looks again every few seconds.
errand-still = Stop that
errand-watch = Watch how far it is
errand-cancel = Call it off
