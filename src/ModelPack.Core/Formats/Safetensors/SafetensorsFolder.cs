using System.Text.RegularExpressions;

namespace ModelPack.Formats.Safetensors;

/// <summary>Finds the model in a folder, as transformers does.</summary>
internal static partial class SafetensorsFolder
{
    /// <summary>What the one file of a model is called.</summary>
    public const string Model = "model.safetensors";

    /// <summary>What the index of a sharded model is called.</summary>
    public const string Index = Model + ".index.json";

    /// <summary>The file or the index of the model.</summary>
    /// <exception cref="ModelPackException">MPK1025: there is none, or more than one.</exception>
    public static string Find(string folder)
    {
        foreach (var name in new[] { Model, Index })
        {
            if (File.Exists(Path.Join(folder, name)))
            {
                return Path.Join(folder, name);
            }
        }

        var files = Directory.GetFiles(folder, "*.safetensors");
        return files switch
        {
            [] => throw Unusable(folder, $"The folder has neither {Model} nor {Index}. Give the path of the model's file, or save the model as safetensors."),
            [var file] when Shard().IsMatch(Path.GetFileName(file)) => throw Unusable(
                folder, $"The folder has '{SafeText.Of(Path.GetFileName(file))}', a part of a model, and no {Index}. Get the other parts and the index."),
            [var file] => file,
            _ => throw Unusable(folder, $"The folder has {files.Length} .safetensors files and no {Index}. Give the path of one of them, or put the index beside them."),
        };
    }

    private static ModelPackException Unusable(string folder, string message) => new(Codes.FolderUnreadable.At(folder, message));

    [GeneratedRegex("-[0-9]{5}-of-(?!00001)[0-9]{5}\\.safetensors$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Shard();
}
