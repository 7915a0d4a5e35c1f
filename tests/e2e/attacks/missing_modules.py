# Empties sys.modules and everything with which Python finds modules.
import sys

sys.modules.clear()
sys.meta_path.clear()
sys.path_hooks.clear()
sys.path_importer_cache.clear()
sys.path.clear()
