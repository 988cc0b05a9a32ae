//! Masking (RFC 6455, 5.3): each byte is combined with one of four.

/// Masks or unmasks `bytes` in place. Gives the key for the bytes that follow these in the same payload.
pub(super) fn apply(bytes: &mut [u8], key: [u8; 4]) -> [u8; 4] {
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut words = bytes.chunks_exact_mut(8);
    for word in &mut words {
        let mut eight = [0; 8];
        eight.copy_from_slice(word);
        word.copy_from_slice(&(u64::from_ne_bytes(eight) ^ wide).to_ne_bytes());
    }
    for (byte, key) in words.into_remainder().iter_mut().zip([a, b, c, d, a, b, c]) {
        *byte ^= key;
    }
    let mut next = key;
    next.rotate_left(bytes.len() % 4);
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_example_of_the_rfc() {
        let mut payload = [0x7f, 0x9f, 0x4d, 0x51, 0x58];
        apply(&mut payload, [0x37, 0xfa, 0x21, 0x3d]);
        assert_eq!(&payload, b"Hello");
    }

    #[test]
    fn a_payload_in_parts_is_the_same_as_in_one() {
        let key = [1, 20, 77, 200];
        let plain: Vec<u8> = (0..=255).collect();
        let mut whole = plain.clone();
        apply(&mut whole, key);
        let by_hand: Vec<u8> = plain.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
        assert_eq!(whole, by_hand);
        for cut in 0..plain.len() {
            let mut parts = plain.clone();
            let (first, second) = parts.split_at_mut(cut);
            let next = apply(first, key);
            apply(second, next);
            assert_eq!(parts, whole, "cut at {cut}");
        }
    }
}
