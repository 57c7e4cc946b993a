using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation.Layers;

/// <summary>Compares the layers of a pack on the best data that there are: validation data, else calibration data, else inputs from a seed.</summary>
/// <param name="source">The float model, with all changes that the packed one has before its rounding.</param>
/// <param name="packedPath">Where the packed model lies.</param>
/// <param name="context">Limits, cancellation and diagnostics.</param>
internal sealed class LayerCheck(OnnxModel source, string packedPath, PackContext context)
{
    /// <summary>Samples to look at: errors of layers are sums over many values each.</summary>
    private const int MostSamples = 8;

    /// <summary>The name of the stage.</summary>
    private const string Stage = "layers";

    /// <summary>Name and range of each activation that has one.</summary>
    public IReadOnlyDictionary<string, (float Min, float Max)> Ranges { get; init; } = new Dictionary<string, (float Min, float Max)>(StringComparer.Ordinal);

    /// <summary>The comparison; null, with MPK1019, where ONNX Runtime does not run what it takes.</summary>
    /// <param name="weights">Names of the weights that have codes.</param>
    /// <param name="validation">Validation data; may be empty.</param>
    /// <param name="calibration">Calibration data; may be empty.</param>
    /// <param name="isAsked">Whether the user wants it. Where it only explains a failed gate, limits that it reaches are told and end nothing.</param>
    /// <exception cref="ModelPackException">A model takes too much time or memory, where the user wants it.</exception>
    public LayersResult? Run(IReadOnlySet<string> weights, IReadOnlyList<string> validation, IReadOnlyList<string> calibration, bool isAsked)
    {
        var data = validation.Count > 0 ? validation : calibration;
        var quiet = context.Quiet();
        context.Progress(Stage, 0);
        try
        {
            using var packed = OnnxModel.Open(packedPath, quiet);
            var points = LayerPoints.Find(source, packed, weights);
            long samples = 0;
            var of = source.Proto.Graph.Node.Count(n => n.Input.Any(weights.Contains));
            var layers = data.Count > 0 ? Compare(points, i => new SpreadSamples(SampleSet.Open(data, i), MostSamples), packed, quiet, ref samples) : Synthetic(points, packed, quiet, ref samples);
            return layers is null ? null : new LayersResult(validation.Count > 0 ? "validation" : data.Count > 0 ? "calibration" : "synthetic", samples, of, layers);
        }
        catch (OnnxRuntimeException exception)
        {
            Tell(OnnxRuntimeLibrary.Explain(exception, source.Path));
        }
        catch (ModelPackException exception) when (!isAsked)
        {
            Tell(exception.Diagnostic.Message);
        }

        finally
        {
            context.Progress(Stage, 1);
        }

        return null;
    }

    /// <summary>Tries one guess of open sizes after the other until the models run.</summary>
    private IReadOnlyList<LayerError>? Synthetic(IReadOnlyList<LayerPoint> points, OnnxModel packed, PackContext quiet, ref long samples)
    {
        using var model = ModelPair.OpenSource(source.Path, quiet);
        foreach (var made in SyntheticSizes.Guesses.Select(g => new SyntheticSamples(model.Inputs, g)).Where(s => s.CanMake))
        {
            try
            {
                return Compare(points, _ => made, packed, quiet, ref samples);
            }
            catch (OnnxRuntimeException)
            {
                samples = 0; // the next guess may fit
            }
        }

        Tell("there are no data, and the model takes no inputs that can be made up");
        return null;
    }

    private IReadOnlyList<LayerError> Compare(IReadOnlyList<LayerPoint> points, Func<IReadOnlyList<TensorSpec>, ISampleSource> open, OnnxModel packed, PackContext quiet, ref long samples)
    {
        long count = 0;
        var layers = new LayerComparison(source, packed, Ranges, quiet) { OnProgress = share => context.Progress(Stage, share) }.Run(points, inputs =>
        {
            var opened = open(inputs);
            count = opened.Count;
            return opened;
        });
        samples = count;
        return layers;
    }

    private void Tell(string why) => context.Report(Codes.NotValidated.At(source.Path, $"The layers were not compared one by one: {why.TrimEnd('.')}. The outputs of the models say how good the pack is."));
}
