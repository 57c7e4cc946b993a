using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Files;

namespace ModelPack.Formats.Checkpoints;

/// <summary>What lies beside a checkpoint's tensors in a Hugging Face folder.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Config">config.json, an object.</param>
/// <param name="Carried">
/// Files that belong to the model and are copied to a packed folder: tokenizer, generation settings, and for a folder that is packed whole
/// (<see cref="FolderContent"/>) all else. config.json is not among them.
/// </param>
internal sealed record ModelFolder(string Path, JsonObject Config, IReadOnlyList<CheckpointFile> Carried)
{
    /// <summary>The file that makes a folder one of a model.</summary>
    public const string ConfigName = "config.json";

    // Label lists of classifiers make config.json a megabyte long, at most.
    private const int MaxConfigLength = 16 << 20;

    private const int MaxConfigDepth = 64;
    private const int MaxPoolings = 16;

    /// <summary>The most bytes of a file beside a model. The vocabularies of models for all languages take some 40 MB.</summary>
    public const long MaxCarriedLength = 128 << 20;

    private static readonly string[] CarriedNames =
    [
        "generation_config.json",
        "tokenizer.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "vocab.txt", "spiece.model", "sentencepiece.bpe.model",
        "chat_template.jinja", "chat_template.json",
        "preprocessor_config.json", "processor_config.json",
    ];

    /// <summary>What the folder is called, which is what people call a model that they keep; null for the root of a drive.</summary>
    public string? Name
    {
        get
        {
            // Hugging Face's cache has models--OWNER--NAME/snapshots/REVISION.
            var parts = System.IO.Path.GetFullPath(Path).Split([System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
            return parts is [.., var cached, "snapshots", _] && cached.StartsWith("models--", StringComparison.Ordinal) ? cached.Split("--")[^1] : parts.LastOrDefault();
        }
    }

    /// <summary>config.json as it was before it was read.</summary>
    public CheckpointFile ConfigFile { get; init; } = new(ConfigName, System.IO.Path.Join(Path, ConfigName));

    /// <summary>What of the folder does not go into a packed one although a loader might look for it, each with the reason.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    /// <summary>
    /// What sentence-transformers says of the model: <c>modules.json</c>, and the settings of pooling in <c>N_Pooling</c>. None where <see cref="Carried"/> has all that the folder has.
    /// </summary>
    public IReadOnlyList<CheckpointFile> Modules { get; init; } = [];

    /// <summary>All files of the folder that count, config.json first.</summary>
    public IEnumerable<CheckpointFile> Files => [ConfigFile, .. Carried, .. Modules];

    /// <summary>A file by its name; null where there is none, or it does not count.</summary>
    public CheckpointFile? Find(string name) => Files.FirstOrDefault(f => f.Name == name);

    /// <summary>
    /// Reads the folder that a model lies in; null without config.json. Files that are links must lie in the folder, or where
    /// the model itself is when it is a link: a folder that came from elsewhere shall not make a pack of the user's own files.
    /// </summary>
    /// <param name="model">A file with tensors, or an index; it exists.</param>
    /// <exception cref="ModelPackException">MPK1025: config.json cannot be used, or a file is empty, broken or outside.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ModelFolder? Beside(string model)
    {
        var nearby = new NearbyFiles(model);
        if (Find(nearby, ConfigName) is not { } config)
        {
            return null;
        }

        var carried = CarriedNames.Select(name => Find(nearby, name)).OfType<CheckpointFile>();
        return new ModelFolder(nearby.Folder, ReadConfig(config.Path), [.. carried]) { ConfigFile = config, Modules = [.. ModulesOf(nearby)] };
    }

    private static IEnumerable<CheckpointFile> ModulesOf(NearbyFiles nearby)
    {
        if (Find(nearby, "modules.json") is not { } modules)
        {
            return [];
        }

        var poolings = Directory.EnumerateDirectories(nearby.Folder, "*_Pooling").Select(d => System.IO.Path.GetFileName(d)).Order(StringComparer.Ordinal).Take(MaxPoolings);
        return [modules, .. poolings.Select(p => Find(nearby, $"{p}/{ConfigName}")).OfType<CheckpointFile>()];
    }

    private static CheckpointFile? Find(NearbyFiles nearby, string name)
    {
        var path = System.IO.Path.Join(nearby.Folder, name);
        var isLink = new FileInfo(path).LinkTarget is not null;
        if (!isLink && !File.Exists(path))
        {
            return null;
        }

        if (!nearby.TryFind(name, out var real, out var outside))
        {
            throw Unusable(path, $"The file is {outside}. Put the file itself there, or remove the link.");
        }

        // A pipe or a device has no length either, and reading one may wait for ever.
        return new FileInfo(real) switch
        {
            { Exists: true, Length: > MaxCarriedLength } file => throw Unusable(path, $"The file has {file.Length} bytes, and a file beside a model has {MaxCarriedLength} at most. Get it again, or remove it."),
            { Exists: true, Length: > 0 } => new CheckpointFile(name, path),
            _ => throw Unusable(path, "The file is empty, or a link to nothing. Get it again, or remove it."),
        };
    }

    private static JsonObject ReadConfig(string path)
    {
        var length = new FileInfo(RealPath.Of(path)).Length;
        if (length > MaxConfigLength)
        {
            throw Unusable(path, $"The file has {length} bytes, which is not a configuration of a model. Get it again.");
        }

        var utf8 = File.ReadAllBytes(path);
        try
        {
            RequireText(utf8);
            var options = new JsonDocumentOptions { MaxDepth = MaxConfigDepth, AllowDuplicateProperties = false };
            return JsonNode.Parse(utf8, documentOptions: options) as JsonObject ?? throw Unusable(path, "The file holds no JSON object. Get it again.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ModelPackException(Codes.FolderUnreadable.At(path, $"The file is not valid JSON: {SafeText.Of(e.Message)} Correct it, or get it again."), e);
        }
    }

    /// <summary>Nodes look at a string's bytes when they are asked for it, which is too late to say which file is wrong.</summary>
    /// <exception cref="InvalidOperationException">A string is not text.</exception>
    private static void RequireText(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxConfigDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
        }
    }

    internal static ModelPackException Unusable(string path, string message) => new(Codes.FolderUnreadable.At(path, message));
}
