//! Which JSON Web Tokens are believed, and who they say one is.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tests::jwt::{SECRET, Signer, hmac_token, hmac_token_with, key_file, part, seconds_from_now};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use undercurrent::access::{Jwt, JwtSettings, KeySource};

fn settings() -> JwtSettings {
    JwtSettings {
        secret: None,
        public_key: None,
        keys: None,
        issuer: None,
        audience: None,
        user_claim: "sub".into(),
        role_claim: "role".into(),
        operator_role: "operator".into(),
    }
}

fn with_secret() -> anyhow::Result<JwtSettings> {
    Ok(JwtSettings { secret: Some(SECRET.parse()?), ..settings() })
}

fn with_public_key() -> JwtSettings {
    JwtSettings { public_key: Some(key_file("one.pem")), ..settings() }
}

async fn verifier(settings: JwtSettings) -> anyhow::Result<Jwt> {
    Jwt::new(settings).await?.context("there is a key")
}

/// Claims that hold for an hour, and others.
fn claims(others: &Value) -> Value {
    let mut claims = json!({"sub": "42", "exp": seconds_from_now(3600)});
    for (name, value) in others.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    claims
}

/// The refusal contains these words, and it is known whether somebody guesses.
async fn refuses(jwt: &Jwt, token: &str, words: &str, genuine: bool) -> anyhow::Result<()> {
    let refused = jwt.verify(token).await.err().with_context(|| format!("refused with {words:?}"))?;
    ensure!(refused.sentence.contains(words), "{:?} does not say {words:?}", refused.sentence);
    ensure!(refused.genuine == genuine, "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn claims_say_who_one_is() -> anyhow::Result<()> {
    let jwt = verifier(with_secret()?).await?;
    for (others, user, name, operator) in [
        (json!({}), "42", "42", false),
        (json!({"name": "Ana", "role": "operator"}), "42", "Ana", true),
        (json!({"preferred_username": "ana", "role": ["reader", "operator"]}), "42", "ana", true),
        (json!({"role": "reader operator"}), "42", "42", true),
        (json!({"role": "operators"}), "42", "42", false),
        (json!({"role": true, "operator": true, "user": "1"}), "42", "42", false),
        (json!({"sub": 7}), "7", "7", false),
    ] {
        let identity = jwt.verify(&hmac_token("HS256", SECRET.as_bytes(), &claims(&others))).await;
        let identity = identity.map_err(|refused| anyhow::anyhow!("{others}: {}", refused.sentence))?;
        assert_eq!((identity.user.as_str(), &*identity.name, identity.operator), (user, name, operator), "{others}");
        assert_eq!(identity.token, None);
    }
    let named = JwtSettings {
        user_claim: "uid".into(),
        role_claim: "groups".into(),
        operator_role: "ops".into(),
        ..with_secret()?
    };
    let token = hmac_token("HS256", SECRET.as_bytes(), &claims(&json!({"uid": "u:9", "groups": ["ops"]})));
    let identity = verifier(named).await?.verify(&token).await.map_err(|refused| anyhow::anyhow!(refused.sentence))?;
    assert_eq!((identity.user.as_str(), identity.operator), ("u:9", true));
    Ok(())
}

#[tokio::test]
async fn a_session_ends_with_its_token_but_for_the_difference_of_clocks() -> anyhow::Result<()> {
    let jwt = verifier(with_secret()?).await?;
    for exp in [
        json!(seconds_from_now(-10)),
        json!(seconds_from_now(60)),
        json!(seconds_from_now(60)).to_string().parse::<f64>()?.into(),
    ] {
        let token = hmac_token("HS256", SECRET.as_bytes(), &claims(&json!({"exp": exp})));
        let identity = jwt.verify(&token).await.map_err(|refused| anyhow::anyhow!(refused.sentence))?;
        let seconds: i64 = exp.to_string().trim_end_matches(".0").parse()?;
        assert_eq!(identity.expires.map(shared::units::Timestamp::ms), Some((seconds + 30) * 1000), "{exp}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_has_to_be_signed_by_the_algorithm_of_a_key() -> anyhow::Result<()> {
    let (one, two) = (Signer::new("one")?, Signer::new("two")?);
    let public = std::fs::read(key_file("one.pem"))?;
    let (secret, rsa) = (verifier(with_secret()?).await?, verifier(with_public_key()).await?);
    let both = verifier(JwtSettings { secret: Some(SECRET.parse()?), ..with_public_key() }).await?;
    let ours = claims(&json!({}));
    let (hs256, rs256) = (hmac_token("HS256", SECRET.as_bytes(), &ours), one.token(&json!({}), &ours)?);
    ensure!(secret.verify(&hs256).await.is_ok() && both.verify(&hs256).await.is_ok(), "a secret's token");
    ensure!(rsa.verify(&rs256).await.is_ok() && both.verify(&rs256).await.is_ok(), "a key's token");

    let unsigned = format!("{}.{}.", part(&json!({"alg": "none"})), part(&ours));
    let (head, signature) = hs256.rsplit_once('.').context("three parts")?;
    let promoted = part(&claims(&json!({"role": "operator"})));
    let promoted = format!("{}.{promoted}.{signature}", head.split('.').next().unwrap_or_default());
    let (no_key, not_valid) = ("no key is known", "signature is not valid");
    for (what, jwt, token, words) in [
        ("none", &both, unsigned, "no JSON Web Token that is known"),
        ("no signature", &both, format!("{head}."), not_valid),
        ("another secret", &secret, hmac_token("HS256", b"another secret of 32 bytes and more", &ours), not_valid),
        ("no secret", &secret, hmac_token("HS256", b"", &ours), not_valid),
        ("another key", &rsa, two.token(&json!({}), &ours)?, not_valid),
        ("other claims under the signature", &secret, promoted, not_valid),
        ("the public key as a secret", &rsa, hmac_token("HS256", &public, &ours), no_key),
        ("the public key as a secret, beside one", &both, hmac_token("HS256", &public, &ours), not_valid),
        ("a secret's token as a key's", &both, hmac_token("RS256", SECRET.as_bytes(), &ours), not_valid),
        ("an algorithm that we do not have", &both, hmac_token("HS512", SECRET.as_bytes(), &ours), no_key),
        ("a header that embeds its key", &rsa, two.token(&json!({"jwk": two.jwk(None)}), &ours)?, not_valid),
        (
            "a demand that is not known",
            &secret,
            hmac_token_with(&json!({"crit": ["b64"]}), SECRET.as_bytes(), &ours),
            "crit",
        ),
        ("nonsense", &both, "a.b.c".to_owned(), "no JSON Web Token that is known"),
    ] {
        refuses(jwt, &token, words, false).await.context(what)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_for_us_or_not_for_now_is_refused() -> anyhow::Result<()> {
    let plain = verifier(with_secret()?).await?;
    let strict = JwtSettings {
        issuer: Some("https://id.example".into()),
        audience: Some("undercurrent".into()),
        ..with_secret()?
    };
    let strict = verifier(strict).await?;
    let fits = json!({"iss": "https://id.example", "aud": ["other", "undercurrent"]});
    let sign = |others: &Value| hmac_token("HS256", SECRET.as_bytes(), &claims(others));
    ensure!(strict.verify(&sign(&fits)).await.is_ok(), "what is demanded is there");
    let mut endless = claims(&json!({}));
    endless.as_object_mut().context("claims")?.remove("exp");
    let endless = hmac_token("HS256", SECRET.as_bytes(), &endless);
    for (jwt, token, words) in [
        (&plain, sign(&json!({"exp": seconds_from_now(-3600)})), "expired"),
        (&plain, sign(&json!({"exp": seconds_from_now(-40)})), "expired"),
        (&plain, sign(&json!({"nbf": seconds_from_now(3600)})), "not valid yet"),
        (&plain, endless, "lacks a claim"),
        (&plain, sign(&json!({"aud": "undercurrent"})), "another server"),
        (&plain, sign(&json!({"sub": "a b"})), "names no user"),
        (&plain, sign(&json!({"sub": null})), "names no user"),
        (&strict, sign(&json!({"iss": "https://id.example"})), "lacks a claim"),
        (&strict, sign(&json!({"aud": "undercurrent"})), "lacks a claim"),
        (&strict, sign(&json!({"iss": "https://id.example", "aud": "other"})), "another server"),
        (&strict, sign(&json!({"iss": "https://evil.example", "aud": "undercurrent"})), "someone else"),
    ] {
        refuses(jwt, &token, words, true).await?;
    }
    Ok(())
}

fn publish(file: &Path, keys: &[Value]) -> anyhow::Result<()> {
    Ok(std::fs::write(file, json!({ "keys": keys }).to_string())?)
}

#[tokio::test]
async fn a_published_key_is_found_by_its_name_and_a_new_one_when_it_is_needed() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("keys.json");
    let (one, two) = (Signer::new("one")?, Signer::new("two")?);
    let (mut encrypts, mut elliptic) =
        (two.jwk(Some("two")), json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}));
    encrypts["use"] = "enc".into();
    elliptic["kid"] = "two".into();
    publish(&file, &[one.jwk(Some("one")), encrypts, elliptic, json!({"kty": "oct", "k": "c2VjcmV0"})])?;
    let jwt = verifier(JwtSettings { keys: Some(KeySource::File(file.clone())), ..settings() }).await?;
    assert_eq!(jwt.keys(), 1, "only one is for signatures with RS256");
    let ours = claims(&json!({}));
    ensure!(jwt.verify(&one.token(&json!({"kid": "one"}), &ours)?).await.is_ok(), "by its name");
    ensure!(jwt.verify(&one.token(&json!({}), &ours)?).await.is_ok(), "without a name");
    refuses(&jwt, &two.token(&json!({"kid": "one"}), &ours)?, "signature", false).await?;

    publish(&file, &[one.jwk(Some("one")), two.jwk(Some("two"))])?;
    ensure!(jwt.verify(&two.token(&json!({"kid": "two"}), &ours)?).await.is_ok(), "the new key is read");
    std::fs::write(&file, "nonsense")?;
    refuses(&jwt, &two.token(&json!({"kid": "three"}), &ours)?, "no key is known", false).await?;
    ensure!(jwt.verify(&two.token(&json!({"kid": "two"}), &ours)?).await.is_ok(), "old keys stay");
    Ok(())
}

#[tokio::test]
async fn keys_at_an_address_are_fetched_once_however_many_tokens_name_others() -> anyhow::Result<()> {
    let (one, two) = (Signer::new("one")?, Signer::new("two")?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let site = format!("http://{}/keys.json", listener.local_addr()?).parse()?;
    let asked = Arc::new(AtomicUsize::new(0));
    let (counted, document) = (asked.clone(), json!({"keys": [one.jwk(Some("one"))]}).to_string());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            // The first time it is out of order.
            let answer = if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                "HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
            } else {
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{document}", document.len())
            };
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    let jwt = verifier(JwtSettings { keys: Some(KeySource::Url(site)), ..settings() }).await?;
    assert_eq!(jwt.keys(), 0);
    let ours = claims(&json!({}));
    ensure!(jwt.verify(&one.token(&json!({"kid": "one"}), &ours)?).await.is_ok(), "fetched when it is needed");
    let strange = two.token(&json!({"kid": "two"}), &ours)?;
    for _ in 0..20 {
        refuses(&jwt, &strange, "no key is known", false).await?;
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_key_is_refused_at_the_start_with_a_sentence() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let wrong = folder.path().join("wrong");
    std::fs::write(&wrong, "nonsense")?;
    let missing = folder.path().join("missing");
    for (settings, words) in [
        (JwtSettings { public_key: Some(wrong.clone()), ..settings() }, "no RSA public key as PEM"),
        (JwtSettings { public_key: Some(missing.clone()), ..settings() }, "jwt_public_key"),
        (JwtSettings { keys: Some(KeySource::File(wrong)), ..settings() }, "no JWK set"),
        (JwtSettings { keys: Some(KeySource::File(missing)), ..settings() }, "cannot be read"),
    ] {
        let error = Jwt::new(settings).await.err().context("it is refused")?.to_string();
        ensure!(error.contains(words), "{error:?} does not say {words:?}");
    }
    ensure!(Jwt::new(settings()).await?.is_none(), "without a key none are taken");
    Ok(())
}
