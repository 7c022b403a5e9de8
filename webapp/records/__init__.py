"""The duty record 《工作值班記錄表》 (P2-5.1, forms.md F1): computed from what was recorded, one for a post and shift of a day."""
