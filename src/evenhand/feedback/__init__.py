"""Training data from a constitution: principles drawn, revisions measured, pairs labelled. No disk, no network.

`results` holds what both come to. Which principles a case meets: `draw`. What revisions did: `effects` with
`paired_rate`, told by `effect_results` and `revision_report`. What a pair got under one principle, averaged over
repeats, orders and judges: `pair_shares`; its label and outcome: `label_pair`; the labels of a run counted:
`preference_tally`, told by `preference_results`, with what has to be known first (`preference_warnings`).
"""
