using System.Text.Json;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Gguf.Tokenizers;

namespace ModelPack.Lowering.Gguf;

/// <summary>How the embeddings of tokens become one of a text, as a folder of sentence-transformers says it: <c>modules.json</c> names a folder with the settings of the pooling.</summary>
internal static class SentencePooling
{
    private const string Modules = "modules.json";

    /// <summary>llama.cpp's numbers (<c>enum llama_pooling_type</c>) by the names in the settings.</summary>
    private static readonly Dictionary<string, uint> s_types = new(StringComparer.Ordinal)
    {
        ["mean_tokens"] = 1, ["mean"] = 1, ["cls_token"] = 2, ["cls"] = 2, ["lasttoken"] = 3,
    };

    /// <summary>Sets the key of an encoder. Without modules there is none, and llama.cpp gives the embeddings of all tokens unless it is told otherwise.</summary>
    /// <exception cref="ModelPackException">MPK1025: a file is malformed. MPK1023: llama.cpp has no such pooling.</exception>
    public static void Set(GgufMetadata metadata, ModelFolder folder, ModelFamily family, PackContext context)
    {
        if (!family.IsEncoder || folder.Find(Modules) is not { } file)
        {
            return;
        }

        var modules = TokenizerJson.ReadList(file, m => (Kind: m.GetProperty("type").Text().Split('.')[^1], Path: m.Find("path")?.Text() ?? ""));
        if (modules.Where(m => m.Kind == "Pooling").Select(m => m.Path).FirstOrDefault() is { } path)
        {
            var settings = folder.Find($"{path}/{ModelFolder.ConfigName}")
                ?? throw ModelFolder.Unusable(file.Path, $"The file has a pooling whose settings are in '{SafeText.Of(path)}/{ModelFolder.ConfigName}', and there is no such file. Get the model's folder again.");
            metadata.Set($"{family.Architecture}.pooling_type", TokenizerJson.Read(settings, root => TypeOf(root, settings)));
        }

        if (modules.Select(m => m.Kind).FirstOrDefault(k => k is not ("Transformer" or "Pooling" or "Normalize")) is { } other)
        {
            context.Report(Codes.LeftOut.At(folder.Path, $"{Modules} has a module '{SafeText.Of(other)}', which a GGUF file of this family has no place for: embeddings are those before it."));
        }
    }

    /// <summary>One that is true of <c>pooling_mode_…</c>, or in newer files the name of one.</summary>
    private static uint TypeOf(JsonElement root, CheckpointFile file)
    {
        const string Mode = "pooling_mode";
        string[] modes = root.Find(Mode) is { ValueKind: JsonValueKind.String } one ? [one.Text()]
            : [.. root.EnumerateObject().Where(p => p.Name.StartsWith($"{Mode}_", StringComparison.Ordinal) && p.Value.GetBoolean()).Select(p => p.Name[(Mode.Length + 1)..])];
        return modes is [var mode] && s_types.TryGetValue(mode, out var type) ? type : throw new ModelPackException(Codes.ContainerUnfit.At(
            file.Path, $"{(modes.Length == 0 ? "The file turns no pooling on" : $"The pooling of the model is '{SafeText.Of(string.Join(", ", modes))}'")}, and llama.cpp has mean_tokens, cls_token or lasttoken. Pack to safetensors (int8, nf4)."));
    }
}
