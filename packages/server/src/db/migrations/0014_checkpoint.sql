-- Programs that know one engine with one model loaded pick it once: for them, and for nobody's Studio.
alter table model_defaults drop constraint model_defaults_family_check;
alter table model_defaults add constraint model_defaults_family_check
  check (family in ('any', 'sdxl', 'flux', 'sdapi'));
