//! File and environment to typed values; unknown keys are refused; secrets cannot be printed.
