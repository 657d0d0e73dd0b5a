"""Training data from a constitution: principles drawn, revisions measured, pairs labelled, rows. No disk, no network.

- what revised cases and labelled pairs are: `results`; which principles a case meets: `draw`
- what revisions did: `effects` with `paired_rate`, told by `effect_results` and `revision_report`
- what a pair got under one principle, averaged over repeats, orders and judges: `pair_shares`; its label and outcome:
  `label_pair`; the labels of a run counted: `preference_tally`, told by `preference_results`, with what has to be known
  first (`preference_warnings`)
- what becomes a row: what was judged (`judged`) under several principles (`combine`), by whose word (`provenance`), in
  which shape (`shapes`, `rows`); whom it may be trusted to: `trust`; what stands twice: `dedup`; which split it is in:
  `splits`; what is no row, and why: `left_out`; what the dataset says of itself: `card`
"""
