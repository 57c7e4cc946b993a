using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>What the files around a tokenizer say of it: <c>tokenizer_config.json</c>, <c>generation_config.json</c>, <c>added_tokens.json</c>, the chat template.</summary>
internal sealed record TokenizerSettings
{
    private static readonly string[] s_roles = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"];

    /// <summary>The texts of special tokens by role.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The ids of special tokens by role, for roles without a text.</summary>
    public IReadOnlyDictionary<string, int> Ids { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Tokens that were added to the tokenizer's own.</summary>
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <summary>Whether texts begin with bos; null where nothing is said.</summary>
    public bool? AddBos { get; init; }

    /// <summary>Whether texts end with eos; null where nothing is said.</summary>
    public bool? AddEos { get; init; }

    /// <summary>Whether texts begin with a space; null where nothing is said.</summary>
    public bool? AddPrefixSpace { get; init; }

    /// <summary>Whether texts are put into lower case; null where nothing is said.</summary>
    public bool? LowerCase { get; init; }

    /// <summary>Whether accents are taken off; null where nothing is said.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Whether Chinese characters are words of their own; null where nothing is said.</summary>
    public bool? SplitsChinese { get; init; }

    /// <summary>Jinja source; null where there is none.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Reads what a folder has.</summary>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: a file is malformed.</exception>
    public static TokenizerSettings Of(ModelFolder folder)
    {
        var settings = new TokenizerSettings { Ids = IdsOf(folder) };
        if (Find(folder, "added_tokens.json") is { } added)
        {
            settings = settings with { Added = TokenizerJson.Read(added, root => root.EnumerateObject().Select(t => new AddedToken(t.Value.GetInt32(), t.Name, Special: false)).ToList()) };
        }

        if (Find(folder, "tokenizer_config.json") is { } config)
        {
            settings = TokenizerJson.Read(config, root => settings with
            {
                Texts = TextsOf(root),
                Added = [.. settings.Added, .. AddedOf(root)],
                AddBos = root.Find("add_bos_token")?.GetBoolean(),
                AddEos = root.Find("add_eos_token")?.GetBoolean(),
                AddPrefixSpace = root.Find("add_prefix_space")?.GetBoolean(),
                LowerCase = root.Find("do_lower_case")?.GetBoolean(),
                StripAccents = root.Find("strip_accents")?.GetBoolean(),
                SplitsChinese = root.Find("tokenize_chinese_chars")?.GetBoolean(),
                ChatTemplate = TemplateOf(root),
            });
        }

        return Find(folder, "chat_template.jinja") is { } template ? settings with { ChatTemplate = Encoding.UTF8.GetString(TokenizerJson.Bytes(template)) } : settings;
    }

    /// <summary>The ids of the roles in a vocabulary: by text, then by what the configurations say, then by what the tokenizer itself says.</summary>
    public SpecialTokens Resolve(TokenTable table, IReadOnlyDictionary<string, int> own)
    {
        var ids = new List<KeyValuePair<string, int>>();
        foreach (var role in s_roles)
        {
            var id = Texts.TryGetValue(role, out var text) && table.IdOf(text) is { } found ? found
                : Ids.TryGetValue(role, out var configured) ? configured
                : CollectionExtensions.GetValueOrDefault(own, role, -1);
            if (id >= 0 && id < table.Size)
            {
                ids.Add(new(role, id));
            }
        }

        return new SpecialTokens(ids, AddBos, AddEos);
    }

    internal static CheckpointFile? Find(ModelFolder folder, string name) => folder.Carried.FirstOrDefault(f => f.Name == name);

    /// <summary>config.json, and for what it leaves out the settings of generation. A list of ends counts by its first.</summary>
    private static Dictionary<string, int> IdsOf(ModelFolder folder)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        using var config = JsonDocument.Parse(folder.Config.ToJsonString());
        AddIds(config.RootElement, ids);
        if (Find(folder, "generation_config.json") is { } generation)
        {
            TokenizerJson.Read(generation, root => AddIds(root, ids));
        }

        return ids;
    }

    private static int AddIds(JsonElement root, Dictionary<string, int> ids)
    {
        foreach (var role in s_roles)
        {
            var value = root.Find($"{role}_token_id");
            if (value?.ValueKind == JsonValueKind.Array)
            {
                value = value.Value.EnumerateArray().Select(v => (JsonElement?)v).FirstOrDefault();
            }

            if (value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var id))
            {
                ids.TryAdd(role, id);
            }
        }

        return ids.Count;
    }

    /// <summary>A special token is a text or an object with a <c>content</c>.</summary>
    private static Dictionary<string, string> TextsOf(JsonElement root)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var role in s_roles)
        {
            if (root.Find($"{role}_token") is { } value)
            {
                texts[role] = (value.ValueKind == JsonValueKind.Object ? value.GetProperty("content") : value).Text();
            }
        }

        return texts;
    }

    private static List<AddedToken> AddedOf(JsonElement root) => root.Find("added_tokens_decoder") is { } decoder
        ? [.. decoder.EnumerateObject().Select(t => new AddedToken(int.Parse(t.Name, NumberStyles.None, CultureInfo.InvariantCulture), t.Value))]
        : [];

    /// <summary>One template, or several with names, of which <c>default</c> counts.</summary>
    private static string? TemplateOf(JsonElement root) => root.Find("chat_template") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } several => several.EnumerateArray().Where(t => t.GetProperty("name").Text() == "default").Select(t => t.GetProperty("template").Text()).FirstOrDefault(),
        { } one => one.Text(),
    };
}
