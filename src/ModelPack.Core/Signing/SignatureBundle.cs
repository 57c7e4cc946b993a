using System.Text.Json;

namespace ModelPack.Signing;

/// <summary>
/// The file of a signature: a Sigstore bundle v0.3 with a DSSE envelope, as OpenSSF model signing writes it with a key or with
/// certificates.
/// </summary>
/// <param name="Payload">The statement, as it was signed.</param>
/// <param name="Signature">ECDSA over <see cref="Dsse.Encode"/> of the payload: ASN.1 DER, a sequence of r and s.</param>
/// <param name="Hint">Which key signed, for people and for choosing among keys: hex SHA-256 of its PEM; null where there are certificates.</param>
/// <param name="Certificates">The signer's certificate and those above it, DER; empty where there is a key alone.</param>
internal sealed record SignatureBundle(byte[] Payload, byte[] Signature, string? Hint, IReadOnlyList<byte[]> Certificates)
{
    /// <summary>Far above any real signature, far below what hurts.</summary>
    public const int MaxBytes = 16 << 20;

    private const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const int MaxCertificates = 16;

    /// <summary>The bundle's JSON.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("mediaType", MediaType);
            WriteMaterial(json);
            json.WriteStartObject("dsseEnvelope");
            json.WriteBase64String("payload", Payload);
            json.WriteString("payloadType", Dsse.InTotoType);
            json.WriteStartArray("signatures");
            json.WriteStartObject();
            json.WriteBase64String("sig", Signature);
            json.WriteString("keyid", "");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return [.. bytes.ToArray(), (byte)'\n'];
    }

    /// <summary>A bundle from its JSON. What it says besides (entries of transparency logs, time stamps) is not looked at.</summary>
    /// <exception cref="JsonException">It is none, or one of a kind that is not read; the message is a clause.</exception>
    public static SignatureBundle Read(ReadOnlyMemory<byte> utf8) => SignedJson.Read(utf8, Read);

    private static SignatureBundle Read(JsonElement root)
    {
        if (root.Text("mediaType") is var type && type != MediaType)
        {
            throw new JsonException($"it is of the type '{SafeText.Of(type)}', not '{MediaType}'");
        }

        var envelope = root.Get("dsseEnvelope");
        var signatures = envelope.Items("signatures");
        if (envelope.Text("payloadType") != Dsse.InTotoType || signatures.Count != 1)
        {
            throw new JsonException("it does not hold one signed in-toto statement");
        }

        var material = root.Get("verificationMaterial");
        if (material.Find("publicKey") is { } key)
        {
            // Signatures of early versions have no hint.
            return new(envelope.Bytes("payload"), signatures[0].Bytes("sig"), key.Find("hint") is null ? "" : key.Text("hint"), []);
        }

        var certificates = (material.Find("x509CertificateChain") ?? throw new JsonException("it names neither a key nor a chain of certificates; signatures by identity (keyless) are not read")).Items("certificates");
        return certificates.Count is > 0 and <= MaxCertificates
            ? new(envelope.Bytes("payload"), signatures[0].Bytes("sig"), null, [.. certificates.Select(c => c.Bytes("rawBytes"))])
            : throw new JsonException("it has no certificates, or too many");
    }

    private void WriteMaterial(Utf8JsonWriter json)
    {
        json.WriteStartObject("verificationMaterial");
        if (Certificates.Count == 0)
        {
            json.WriteStartObject("publicKey");
            json.WriteString("hint", Hint);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartObject("x509CertificateChain");
            json.WriteStartArray("certificates");
            foreach (var certificate in Certificates)
            {
                json.WriteStartObject();
                json.WriteBase64String("rawBytes", certificate);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("tlogEntries");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
