"""Training data from a constitution: replies revised, pairs labelled, records exported.

`find_feedback` finds the file, `plan_revisions` lays out which replies are revised under what, `revise` takes them to
their end and has them judged, `read_revisions` reads them back, `derive_suite` writes the suite in which replies before
and after are judged, `read_effects` reads what that came to, `find_refusals` tells refusals from answers.
"""
