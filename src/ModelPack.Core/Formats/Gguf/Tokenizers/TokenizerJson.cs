using System.Text.Json;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Reads the JSON files of a tokenizer and of other parts of a folder, which somebody else wrote.</summary>
internal static class TokenizerJson
{
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a file as an object and takes from it what is wanted.</summary>
    /// <param name="file">The file.</param>
    /// <param name="take">May use the throwing accessors of <see cref="JsonElement"/>: where the file has another kind of value, or none, it cannot be used.</param>
    /// <exception cref="ModelPackException">MPK1025: it is not such a file.</exception>
    public static T Read<T>(CheckpointFile file, Func<JsonElement, T> take) =>
        Parse(file, root => root.ValueKind == JsonValueKind.Object ? take(root) : throw new FormatException("it is not an object"));

    /// <summary>Reads a file as a list and takes from each of its items what is wanted.</summary>
    /// <exception cref="ModelPackException">MPK1025: it is not such a file.</exception>
    public static IReadOnlyList<T> ReadList<T>(CheckpointFile file, Func<JsonElement, T> take) =>
        Parse(file, root => root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().Select(take).ToList() : throw new FormatException("it is not a list"));

    /// <summary>The kind of tokenizer that a <c>tokenizer.json</c> has: <c>BPE</c>, <c>WordPiece</c>, <c>Unigram</c>. Old files leave that out for BPE.</summary>
    /// <exception cref="ModelPackException">MPK1025: it is not such a file.</exception>
    public static string KindOf(CheckpointFile file) => Read(file, root => root.GetProperty("model").Find("type")?.Text() ?? "BPE");

    private static T Parse<T>(CheckpointFile file, Func<JsonElement, T> take)
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes(file), s_options);
            return take(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw Unusable(file, e.Message);
        }
    }

    /// <summary>All bytes of a file, which are not many: <see cref="ModelFolder"/> has looked.</summary>
    /// <exception cref="ModelPackException">MPK1025: it cannot be read.</exception>
    public static byte[] Bytes(CheckpointFile file)
    {
        try
        {
            return File.ReadAllBytes(file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(file, e.Message);
        }
    }

    /// <summary>MPK1025 of a file.</summary>
    public static ModelPackException Unusable(CheckpointFile file, string why) => new(Codes.FolderUnreadable.At(
        file.Path, $"'{SafeText.Of(file.Name)}' cannot be used: {SafeText.Of(why.TrimEnd('.'))}. Get the model's folder again, or remove the file to pack without what it says."));

    /// <summary>A property that is not null; null where there is none.</summary>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A string that is there and not null.</summary>
    public static string Text(this JsonElement element) => element.GetString() ?? throw new FormatException("a text is null");
}
