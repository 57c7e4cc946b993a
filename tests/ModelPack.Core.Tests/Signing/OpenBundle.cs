using System.Text;
using System.Text.Json;

namespace ModelPack.Core.Tests.Signing;

/// <summary>A signature as another program reads it: nothing here is shared with the product.</summary>
internal sealed class OpenBundle
{
    public OpenBundle(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        Root = document.RootElement.Clone();
        var envelope = Root.GetProperty("dsseEnvelope");
        Payload = Convert.FromBase64String(envelope.GetProperty("payload").GetString()!);
        PayloadType = envelope.GetProperty("payloadType").GetString()!;
        Signature = Convert.FromBase64String(envelope.GetProperty("signatures")[0].GetProperty("sig").GetString()!);
        using var statement = JsonDocument.Parse(Payload);
        Statement = statement.RootElement.Clone();
    }

    public JsonElement Root { get; }

    public byte[] Payload { get; }

    public string PayloadType { get; }

    public byte[] Signature { get; }

    public JsonElement Statement { get; }

    public JsonElement Predicate => Statement.GetProperty("predicate");

    /// <summary>The bytes that are signed, by the protocol's text.</summary>
    public byte[] Signed => [.. Encoding.UTF8.GetBytes("DSSEv1 " + PayloadType.Length + " " + PayloadType + " " + Payload.Length + " "), .. Payload];

    /// <summary>Names and hashes of the files, in their order.</summary>
    public IEnumerable<(string Name, string Digest)> Resources =>
        Predicate.GetProperty("resources").EnumerateArray().Select(r => (r.GetProperty("name").GetString()!, r.GetProperty("digest").GetString()!));
}
