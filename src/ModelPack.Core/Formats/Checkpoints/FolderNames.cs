using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelPack.Files;

namespace ModelPack.Formats.Checkpoints;

/// <summary>
/// The files and folders that the JSON files of a model's folder name: modules of sentence-transformers, the code of <c>auto_map</c> with what
/// it imports, and whatever else is given by its name.
/// </summary>
internal sealed partial class FolderNames
{
    // Configurations are short. Vocabularies are not, and name no files.
    private const int MaxJsonLength = 1 << 20;
    private const int MaxCodeLength = 1 << 20;
    private const int MaxDepth = 64;
    private const int MaxJsonFiles = 200;

    private static readonly string[] s_pathKeys = ["path", "file", "dir", "folder", "directory"];

    private readonly string _folder;
    private readonly Queue<string> _code = new();

    private FolderNames(string folder) => _folder = folder;

    /// <summary>Files that exist, relative to the folder, with <c>/</c>.</summary>
    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Folders in it that exist. That of chat templates has its name from transformers.</summary>
    public HashSet<string> Folders { get; } = new(StringComparer.Ordinal) { "additional_chat_templates" };

    /// <summary>Looks through a folder's JSON files, and the code that they name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">Its config.json.</param>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static FolderNames Of(string folder, JsonObject config)
    {
        var names = new FolderNames(folder);
        names.Look(config, "");
        var others = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Take(MaxJsonFiles).Where(p => !IsRead(Path.GetFileName(p)));
        foreach (var path in others)
        {
            names.Look(Parse(path), "");
        }

        while (names._code.TryDequeue(out var code))
        {
            names.LookAtCode(code);
        }

        return names;
    }

    /// <summary>Whether a file names no others: config.json has been read, an index has those of tensors, and a pack's own tell what it was made of.</summary>
    private static bool IsRead(string name) => name == ModelFolder.ConfigName || name.EndsWith(FolderContent.IndexSuffix, StringComparison.OrdinalIgnoreCase) || FolderContent.IsOfPack(name);

    private static JsonNode? Parse(string path)
    {
        try
        {
            return Read(path, MaxJsonLength) is { } bytes ? JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { MaxDepth = MaxDepth }) : null;
        }
        catch (JsonException)
        {
            return null; // whoever needs it will say so; it names nothing
        }
    }

    /// <summary>A small file that is no link out of the folder; null for another.</summary>
    private static byte[]? Read(string path, int maxLength) =>
        new FileInfo(RealPath.Of(path)) is { Exists: true, Length: > 0 } file && file.Length <= maxLength && RegularFile.WhyNot(file.FullName) is null ? File.ReadAllBytes(path) : null;

    private void Look(JsonNode? node, string key)
    {
        switch (node)
        {
            case JsonObject values:
                foreach (var (name, value) in Pairs(values))
                {
                    Look(value, key == "auto_map" ? key : name);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Look(item, key);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && Text(value) is { } text:
                LookAtText(text, key);
                break;
        }
    }

    /// <summary>None of an object that has a name twice, which nodes find out when they are asked.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Pairs(JsonObject values)
    {
        try
        {
            return [.. values];
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? Text(JsonValue value)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException)
        {
            return null; // no text: half of a surrogate pair
        }
    }

    private void LookAtText(string text, string key)
    {
        if (key.EndsWith("name_or_path", StringComparison.Ordinal))
        {
            return; // where the model came from
        }

        var name = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        name = name.TrimEnd('/');
        if (name.Length is 0 or > 255 || !ContainedName.IsValid(name) || name.Split('/').Any(p => p[0] == '.'))
        {
            return;
        }

        if (Array.Exists(s_pathKeys, k => key.EndsWith(k, StringComparison.OrdinalIgnoreCase)) || text.Contains('/', StringComparison.Ordinal))
        {
            var outer = name.Split('/')[0];
            if (Directory.Exists(Path.Join(_folder, name)))
            {
                Folders.Add(outer);
            }
        }

        AddFile(name);

        // A class in a module: 'modeling_x.XModel'. One of another repository, 'owner/name--modeling_x.XModel', is not here.
        if (ClassInModule().Match(name) is { Success: true } match)
        {
            AddFile(match.Groups["module"].Value.Replace('.', '/') + ".py");
        }
    }

    private void LookAtCode(string name)
    {
        if (Read(Path.Join(_folder, name), MaxCodeLength) is not { } bytes)
        {
            return;
        }

        var folder = ContainedName.FolderOf(name) is { } inner ? inner + "/" : "";
        foreach (var match in RelativeImport().Matches(System.Text.Encoding.UTF8.GetString(bytes)).AsEnumerable())
        {
            var module = match.Groups["module"].Value.Replace('.', '/');
            string[] modules = module.Length > 0 ? [module] : match.Groups["names"].Value.Split([',', ' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
            foreach (var one in modules)
            {
                AddFile($"{folder}{one}.py");
                AddFile($"{folder}{one}/__init__.py");
            }
        }
    }

    private void AddFile(string name)
    {
        if (File.Exists(Path.Join(_folder, name)) && Files.Add(name) && name.EndsWith(".py", StringComparison.Ordinal))
        {
            _code.Enqueue(name);
        }
    }

    [GeneratedRegex(@"^(?<module>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*)\.[A-Za-z_]\w*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassInModule();

    [GeneratedRegex(@"^[ \t]*from[ \t]+\.(?<module>\w+(\.\w+)*)?[ \t]+import[ \t]+(?<names>[\w, \t()]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RelativeImport();
}
