//! Numbers and ids as header text, written in place: no allocation and no formatting machinery on the request path.

/// Most digits of a 64-bit number.
const DIGITS_MAX: usize = 20;

/// A number in decimal.
pub(super) struct Decimal {
    digits: [u8; DIGITS_MAX],
    from: usize,
}

impl Decimal {
    pub(super) fn of(mut number: u64) -> Self {
        let (mut digits, mut from) = ([b'0'; DIGITS_MAX], DIGITS_MAX);
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
            from = at;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        Self { digits, from }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.from..).unwrap_or_default()
    }
}

/// A number as sixteen hexadecimal digits.
pub(super) fn hex16(number: u64) -> [u8; 16] {
    let mut digits = [b'0'; 16];
    for (digit, shift) in digits.iter_mut().zip((0..64).step_by(4).rev()) {
        let value = u8::try_from(number >> shift & 0xf).unwrap_or(0);
        *digit = if value < 10 { b'0' + value } else { b'a' + value - 10 };
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_formatting_writes_them() {
        for number in [0, 1, 9, 10, 99, 100, 4_999, 86_400, u64::MAX / 10, u64::MAX - 1, u64::MAX] {
            assert_eq!(Decimal::of(number).as_bytes(), number.to_string().as_bytes());
            assert_eq!(hex16(number).as_slice(), format!("{number:016x}").as_bytes());
        }
    }
}
