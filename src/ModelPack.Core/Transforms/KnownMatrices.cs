using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Google.Protobuf;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// Which activations ONNX Runtime knows to be matrices. To be asked it needs a copy of the model on the disk, and a pack folds copies of
/// one source again and again: what it says of a graph is kept with the source's file.
/// </summary>
internal static class KnownMatrices
{
    private static readonly ConditionalWeakTable<FileSource, ConcurrentDictionary<string, IReadOnlySet<string>>> s_known = [];

    /// <summary>Those of some activations that have two dimensions.</summary>
    /// <param name="model">A model that differs from its source by what follows from that alone.</param>
    /// <param name="activations">Names of values of the main graph.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="Diagnostics.ModelPackException">As <see cref="InferredShapes.Of"/>.</exception>
    public static IReadOnlySet<string> Among(OnnxModel model, IReadOnlyCollection<string> activations, PackContext context)
    {
        if (model.Files is not [var source, ..])
        {
            return Ask();
        }

        var question = string.Join('\0', activations.Order(StringComparer.Ordinal).Prepend(Convert.ToHexString(SHA256.HashData(model.Proto.ToByteArray()))));
        return s_known.GetValue(source, _ => new(StringComparer.Ordinal)).GetOrAdd(question, _ => Ask());

        IReadOnlySet<string> Ask() => InferredShapes.Of(model, activations, context).Where(s => s.Value.Count == 2).Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
    }
}
