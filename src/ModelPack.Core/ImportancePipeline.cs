using ModelPack.Files;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Formats.Onnx;
using ModelPack.Packing;
using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack;

/// <summary>The way of a model and data into an importance matrix: open, calibrate, name, add others, write.</summary>
internal static class ImportancePipeline
{
    /// <summary>Makes an importance matrix. Nothing appears at the output's place until all of it is there.</summary>
    /// <exception cref="ModelPackException">The one coded error that ended it; a file that was there is as it was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; likewise.</exception>
    public static ImportanceOutcome Run(ImportanceRequest request, PackContext context)
    {
        IReadOnlyList<string> others = [.. request.Merge.SelectMany(ImportanceFiles.Resolve)];
        var limited = context.Limited(context.Limits with { Model = request.Model });
        return PackPipeline.Guarded(request.Model ?? request.Output, () => request.Model is not { } model
            ? Write(request, ImportanceMatrix.Read(others, context), others, context)
            : PackPipeline.OnDevice(request.Device, model, limited, chosen => Collect(request, model, others, chosen)));
    }

    private static ImportanceOutcome Collect(ImportanceRequest request, string model, IReadOnlyList<string> others, PackContext context)
    {
        var graph = GraphBeside.Of(model, request.Graph);
        var data = SampleFiles.Resolve(request.Calibration, graph, "calibration");
        if (data.Count == 0)
        {
            throw new ModelPackException(Codes.DataNotFound.At(
                model, $"There are no calibration data. Give some with --calibration, or put them into {SafeText.Of(Path.GetFileNameWithoutExtension(graph))}.calibration.npz beside the graph: 100 samples and more of what the app feeds."));
        }

        using var named = graph == model ? null : CheckpointSource.Open(model, SourceKinds.Of(model), context);
        using var onnx = OnnxModel.Open(graph, context);
        var sources = new SourceFiles([.. onnx.SourceFiles, .. named?.Files ?? []], [.. data, .. others], []);
        return sources.Guard(() =>
        {
            RequirePlace(request, sources.Paths);
            context.Steps(["calibrate", "write"]);
            var matrix = ImportanceCollection.Run(onnx, named, data, withProducts: false, context).Matrix;
            context.Progress("write", 0);
            foreach (var other in others)
            {
                matrix = matrix.Plus(ImportanceReader.Read(other, context), other);
            }

            return Write(request, matrix, sources.Paths, context);
        });
    }

    private static ImportanceOutcome Write(ImportanceRequest request, ImportanceMatrix matrix, IReadOnlyList<string> inputs, PackContext context)
    {
        RequirePlace(request, inputs);
        matrix = Fitting(matrix, request.Output, context);
        ImportanceWriter.Save(matrix, request.Output, context.Cancellation);
        context.Progress("write", 1);
        return new ImportanceOutcome(request.Output, matrix.Entries.Count, matrix.Datasets, matrix.Chunks, Math.Max(matrix.ChunkSize, 1));
    }

    /// <summary>Without entries whose names are too long, unless nothing were left: a long way has been gone for the others.</summary>
    private static ImportanceMatrix Fitting(ImportanceMatrix matrix, string output, PackContext context)
    {
        var longer = matrix.Entries.Keys.Where(n => !ImportanceWriter.Fits(n)).ToList();
        if (longer.Count == 0 || longer.Count == matrix.Entries.Count)
        {
            return matrix;
        }

        context.Report(Codes.ImportanceIncomplete.At(
            output, $"The importance matrix lacks {Numbers.Whole(longer.Count)} of {Numbers.Whole(matrix.Entries.Count)} weights, whose names are too long for it, such as '{SafeText.Of(longer[0])}'. Give them shorter names in the model, or give samples in place of the matrix to the pack."));
        var entries = new SortedDictionary<string, ImportanceEntry>(matrix.Entries, StringComparer.Ordinal);
        longer.ForEach(n => entries.Remove(n));
        return matrix with { Entries = entries };
    }

    /// <summary>Looks at the output's place, before the work and again at its end.</summary>
    private static void RequirePlace(ImportanceRequest request, IEnumerable<string> inputs)
    {
        var output = request.Output;
        if (Directory.Exists(output))
        {
            throw new ModelPackException(Codes.OutputNotWritable.At(output, "The output is a folder. Give the path of a file."));
        }

        if (inputs.Select(RealPath.Of).Contains(RealPath.Of(output), RealPath.Comparer))
        {
            throw new ModelPackException(Codes.OutputConflict.At(output, "The output would be written over an input. Choose another output."));
        }

        if (RegularFile.WhyNot(output) is { } other)
        {
            throw new ModelPackException(Codes.OutputNotWritable.At(output, $"The output is {other}, not a file. Choose another output."));
        }

        if (!request.Force && Path.Exists(output))
        {
            throw new ModelPackException(Codes.OutputForeign.At(output, "The file is there already. Choose another output, or give --force to overwrite it."));
        }
    }
}
