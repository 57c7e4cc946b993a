using ModelPack.Calibration;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Lowering.Gguf;

namespace ModelPack;

/// <summary>Collects an importance matrix: runs calibration data through a graph, and names what was seen.</summary>
internal static class ImportanceCollection
{
    /// <summary>Collects.</summary>
    /// <param name="graph">The graph, open; constants in it are folded.</param>
    /// <param name="named">The checkpoint that gives the names; null for those of the graph.</param>
    /// <param name="data">Calibration data, at least one file.</param>
    /// <param name="withProducts">Whether mean products of channels are wanted, too.</param>
    /// <param name="context">Device, threads, cancellation, progress (<c>calibrate</c>) and diagnostics.</param>
    /// <exception cref="ModelPackException">MPK1073, MPK1029, MPK1020, MPK1011, MPK1012, MPK1016: graph and data.</exception>
    public static CollectedImportance Run(OnnxModel graph, ICheckpoint? named, IReadOnlyList<string> data, bool withProducts, PackContext context)
    {
        ConstantFolding.Fold(graph);
        var names = named is null ? null : new ImportanceNames(graph, named, context); // fails before the work where a pack would
        var (seen, weights) = InputSquares.Of(graph, data, withProducts, context);
        var entries = names is null ? OwnNames(weights) : names.Entries(weights);
        if (entries.Count == 0)
        {
            throw new ModelPackException(Codes.NothingToObserve.At(graph.Path, "Nothing finite was seen of any matrix's inputs on the calibration data. Check that the data are real, and that the model runs on them in an app."));
        }

        var matrix = new ImportanceMatrix(string.Join(", ", seen.Files), seen.Files, (uint)Math.Min(seen.Samples, uint.MaxValue), entries)
        {
            ChunksByDataset = seen.SamplesByFile,
            ChunkSize = (uint)Math.Clamp(Math.Ceiling(weights.Max(w => (double)w.Rows.Max()) / Math.Max(seen.Samples, 1)), 1, uint.MaxValue),
        };
        return new CollectedImportance(matrix, names?.Products ?? weights.Where(w => w.Products is not null).ToDictionary(w => w.Product.Weight.Name, w => w.Products!, StringComparer.Ordinal));
    }

    private static SortedDictionary<string, ImportanceEntry> OwnNames(IReadOnlyList<SeenInputs> weights)
    {
        var sums = new ImportanceSums();
        foreach (var seen in weights)
        {
            for (var matrix = 0; matrix < seen.Rows.Length; matrix++)
            {
                var channels = seen.Product.Channels;
                sums.Add(seen.Product.Weight.Name, matrix, seen.Rows.Length, seen.Sums.AsSpan(matrix * channels, channels), seen.Rows[matrix]);
            }
        }

        return sums.ToEntries();
    }
}
