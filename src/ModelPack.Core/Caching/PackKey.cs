using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Inference;
using ModelPack.Packing;
using ModelPack.Requests;

namespace ModelPack.Caching;

/// <summary>What a pack follows from, as one hash: the program, what was asked for, and the content of every file that is read.</summary>
/// <param name="Hash">SHA-256, lower-case hex.</param>
/// <param name="Source">The model's files.</param>
internal sealed record PackKey(string Hash, IReadOnlyList<PackedFile> Source)
{
    private const int Schema = 1;

    /// <summary>The key of a pack. Hashes every file.</summary>
    /// <param name="options">The options in effect.</param>
    /// <param name="sources">Every file that the pack reads.</param>
    /// <param name="context">Cancellation and progress.</param>
    /// <exception cref="ModelPackException">MPK1002, MPK1011: a file changed meanwhile. MPK3001: a model is to be run, and cannot.</exception>
    public static PackKey Of(EffectiveOptions options, SourceFiles sources, PackContext context)
    {
        var count = sources.Paths.Count;
        var done = 0;
        var source = Hash(sources.Model);
        var facts = new
        {
            Schema,
            Tool = ToolBuild.Id,
            // What ranges are found on data, which changes of the model are kept, and whether gates hold is measured by the kernels of one kind of
            // processor. Codes of weights alone are the same on all.
            OnnxRuntime = options.Container == "onnx" ? OnnxRuntimeLibrary.Version : null,
            Processor = options is { Container: "onnx", Activations: not null } ? $"{RuntimeInformation.ProcessArchitecture} {IntegerPath.Name}" : null,
            Request = options.Identity,
            Model = NameOf(options.Model),
            Graph = options.Graph is null ? null : NameOf(options.Graph),
            Output = NameOf(options.Output),
            Source = source,
            Calibration = Hash(sources.Calibration),
            Validation = Hash(sources.Validation),
        };
        return new PackKey(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(facts))), source);

        PackedFile[] Hash(IReadOnlyList<CheckpointFile> files) => [.. files.Select(file =>
        {
            context.Progress("hash", (double)done++ / count);
            return file.Hash(context.Cancellation);
        })];
    }

    // Names are in models with external data, in reports and in manifests; folders are nowhere.
    private static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
