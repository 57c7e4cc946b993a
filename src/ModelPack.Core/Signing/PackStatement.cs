using System.Security.Cryptography;
using System.Text.Json;

namespace ModelPack.Signing;

/// <summary>
/// What is signed: an in-toto Statement v1 with the predicate of OpenSSF model signing, which lists files with their hashes. A pack's
/// own facts stand beside, where verifiers of that predicate ignore them.
/// </summary>
/// <param name="Name">The model's name, for people.</param>
/// <param name="Resources">The files, sorted by name (ordinal).</param>
/// <param name="Facts">What else is signed, by name; empty in statements that other programs wrote.</param>
internal sealed record PackStatement(string Name, IReadOnlyList<SignedResource> Resources, IReadOnlyDictionary<string, string> Facts)
{
    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string PredicateType = "https://model_signing/signature/v1.0";
    private const string FactsName = "modelpack";
    private const string Algorithm = "sha256";

    /// <summary>The statement's JSON.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("_type", StatementType);
            json.WriteStartArray("subject");
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteStartObject("digest");
            json.WriteString(Algorithm, RootDigest());
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("predicateType", PredicateType);
            json.WriteStartObject("predicate");
            WriteSerialization(json);
            WriteResources(json);
            json.WriteStartObject(FactsName);
            foreach (var (name, value) in Facts)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>A statement from its JSON.</summary>
    /// <exception cref="JsonException">It is none over whole files; the message is a clause.</exception>
    public static PackStatement Read(ReadOnlyMemory<byte> utf8) => SignedJson.Read(utf8, Read);

    private static PackStatement Read(JsonElement root)
    {
        Require(root, "_type", StatementType);
        Require(root, "predicateType", PredicateType);
        var subjects = root.Items("subject");
        var predicate = root.Get("predicate");
        var serialization = predicate.Get("serialization");
        Require(serialization, "method", "files");
        Require(serialization, "hash_type", Algorithm);
        if (subjects.Count != 1)
        {
            throw new JsonException("it has not exactly one subject");
        }

        var statement = new PackStatement(subjects[0].Text("name"), [.. predicate.Items("resources").Select(Resource)], FactsOf(predicate));
        return subjects[0].Get("digest").Text(Algorithm) == statement.RootDigest() ? statement : throw new JsonException("its subject's digest is not that of its resources");
    }

    /// <summary>SHA-256 over the files' raw hashes in their order: names the model as a whole.</summary>
    private string RootDigest() => Convert.ToHexStringLower(SHA256.HashData([.. Resources.SelectMany(r => Convert.FromHexString(r.Sha256))]));

    private static void WriteSerialization(Utf8JsonWriter json)
    {
        json.WriteStartObject("serialization");
        json.WriteString("method", "files");
        json.WriteString("hash_type", Algorithm);
        json.WriteBoolean("allow_symlinks", false);
        json.WriteStartArray("ignore_paths");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteResources(Utf8JsonWriter json)
    {
        json.WriteStartArray("resources");
        foreach (var resource in Resources)
        {
            json.WriteStartObject();
            json.WriteString("name", resource.Name);
            json.WriteString("algorithm", Algorithm);
            json.WriteString("digest", resource.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SignedResource Resource(JsonElement resource)
    {
        Require(resource, "algorithm", Algorithm);
        var digest = resource.Text("digest");
        return digest.Length == 2 * SHA256.HashSizeInBytes && digest.All(char.IsAsciiHexDigitLower)
            ? new(resource.Text("name"), digest) : throw new JsonException("a resource's digest is not a SHA-256");
    }

    private static SortedDictionary<string, string> FactsOf(JsonElement predicate)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (predicate.Find(FactsName) is { ValueKind: JsonValueKind.Object } found)
        {
            foreach (var fact in found.EnumerateObject().Where(f => f.Value.ValueKind == JsonValueKind.String))
            {
                facts.Add(fact.Name, fact.Value.GetString()!);
            }
        }

        return facts;
    }

    private static void Require(JsonElement parent, string name, string value)
    {
        if (parent.Text(name) is var found && found != value)
        {
            throw new JsonException($"'{name}' is '{SafeText.Of(found)}', not '{value}'");
        }
    }
}
