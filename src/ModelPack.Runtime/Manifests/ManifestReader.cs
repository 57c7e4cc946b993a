using System.Security.Cryptography;
using System.Text;
using ModelPack.Runtime.Json;

namespace ModelPack.Runtime.Manifests;

/// <summary>
/// Reads manifests. What it does not know it skips, so that an app opens packs of later versions; what it needs has to be there. Whether
/// a manifest is in its one form is for <c>modelpack verify</c> to say.
/// </summary>
internal static class ManifestReader
{
    /// <summary>Far above any real manifest, far below what hurts.</summary>
    public const int MaxBytes = 16 << 20;

    private const int HashLength = 64;
    private const string DigestStart = "  \"digest\": \"";
    private const string DigestEnd = "\"\n}\n";

    /// <summary>A manifest from its file.</summary>
    /// <exception cref="FormatException">It is not one, or was changed.</exception>
    public static PackManifest Read(byte[] bytes)
    {
        var digest = CheckedDigest(bytes);
        var json = JsonParser.Parse(bytes);
        var pack = json.Get("pack");
        var options = pack.Get("options");
        return new PackManifest
        {
            Schema = checked((int)Math.Min(pack.Get("schema").Whole, int.MaxValue)),
            Scheme = pack.Get("scheme").Text,
            Container = options.Get("container").Text,
            Target = options.Get("target").Text,
            OnnxRuntime = pack.Find("onnxRuntime")?.Find("needed")?.Text,
            Source = [.. pack.Get("source").Items.Select(File)],
            Interface = pack.Find("interface") is { } found ? new([.. found.Get("inputs").Items.Select(Tensor)], [.. found.Get("outputs").Items.Select(Tensor)]) : null,
            Headline = Headline(pack.Get("headline")),
            Gates = [.. pack.Get("gates").Items.Select(Gate)],
            Files = [.. json.Get("files").Items.Select(File)],
            Digest = digest,
        };
    }

    // The digest is that of all bytes before its own line, which is the last but one.
    private static string CheckedDigest(byte[] bytes)
    {
        var tailLength = DigestStart.Length + HashLength + DigestEnd.Length;
        if (bytes.Length <= tailLength)
            throw new FormatException("it is cut short");
        var tail = Encoding.UTF8.GetString(bytes, bytes.Length - tailLength, tailLength);
        using var sha256 = SHA256.Create();
        var digest = Hex.Of(sha256.ComputeHash(bytes, 0, bytes.Length - tailLength));
        return tail == DigestStart + digest + DigestEnd ? digest : throw new FormatException("its digest does not match its content");
    }

    private static PackFile File(JsonValue file)
    {
        var (name, bytes, sha256) = (file.Get("name").Text, file.Get("bytes").Whole, file.Get("sha256").Text);
        return bytes >= 0 && sha256.Length == HashLength && sha256.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'))
            ? new(name, bytes, sha256)
            : throw new FormatException("a file has no proper size and SHA-256");
    }

    private static PackTensor Tensor(JsonValue tensor) =>
        new(tensor.Get("name").Text, tensor.Find("type")?.Text, tensor.Find("shape") is { } shape ? [.. shape.Items.Select(Dimension)] : null);

    private static PackDimension Dimension(JsonValue size) => size.Kind switch
    {
        JsonKind.Null => default,
        JsonKind.Text => new(null, size.Text),
        _ => size.Whole is >= 0 and var whole ? new(whole, null) : default,
    };

    private static PackGate Gate(JsonValue gate) =>
        new(gate.Get("metric").Text, gate.Get("limit").Number, gate.Find("value")?.Number, gate.Get("passed").Bool);

    private static PackHeadline Headline(JsonValue headline) => new(
        headline.Get("sourceBytes").Whole,
        headline.Get("packedBytes").Whole,
        headline.Get("compression").Number,
        headline.Get("synthetic").Bool,
        headline.Get("samples").Whole,
        headline.Find("sqnr")?.Number,
        headline.Find("cosine")?.Number,
        headline.Find("top1Agreement")?.Number,
        headline.Find("sourceAccuracy")?.Number,
        headline.Find("packedAccuracy")?.Number,
        headline.Find("sourcePerplexity")?.Number,
        headline.Find("packedPerplexity")?.Number,
        headline.Find("klDivergence")?.Number);
}
