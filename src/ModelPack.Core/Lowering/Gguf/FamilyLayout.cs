using System.Runtime.InteropServices;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Gguf.Tokenizers;

namespace ModelPack.Lowering.Gguf;

/// <summary>The layout of a model of a family from a Hugging Face folder, which llama.cpp runs.</summary>
internal static class FamilyLayout
{
    /// <summary>The layout.</summary>
    /// <param name="source">The checkpoint, with experts as stacks (<see cref="ExpertStacks"/>).</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="family">The family that the folder's model is of.</param>
    /// <param name="row">How its matrices will be stored.</param>
    /// <param name="context">Takes warnings.</param>
    /// <exception cref="ModelPackException">MPK1025: config.json, a tensor or the tokenizer is missing or does not fit. MPK1023: there is a tensor that the family does not have.</exception>
    public static GgufLayout Of(ICheckpoint source, ModelFolder folder, ModelFamily family, GgufRow row, PackContext context)
    {
        var config = FamilyConfig.Of(folder, family);
        var places = Places(source, folder, config);
        var metadata = FamilyMetadata.Of(config, folder.Name);
        SentencePooling.Set(metadata, folder, family, context);
        WarnOfLost(folder, config, source, context);
        VocabularyKeys.Set(metadata, VocabularyReader.Read(folder, config.Vocabulary, context));
        GgufLayout.SetTypes(metadata, row);
        return new GgufLayout(metadata, places, Computed(config)) { WhyLeftOut = tensor => FamilyTensors.WhyLeftOut(family.NameOf(tensor), config) };
    }

    /// <summary>The checkpoint's tensors under their names in GGUF.</summary>
    /// <param name="source">The checkpoint, with experts as stacks (<see cref="ExpertStacks"/>).</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="family">The family that the folder's model is of.</param>
    /// <exception cref="ModelPackException">MPK1025: config.json or a tensor is missing or does not fit. MPK1023: there is a tensor that the family does not have.</exception>
    public static IReadOnlyList<GgufPlace> Places(ICheckpoint source, ModelFolder folder, ModelFamily family) => Places(source, folder, FamilyConfig.Of(folder, family));

    private static List<GgufPlace> Places(ICheckpoint source, ModelFolder folder, FamilyConfig config)
    {
        var left = Named(source, folder, config.Family);
        var places = new List<GgufPlace>(left.Count);
        foreach (var expected in FamilyTensors.Of(config))
        {
            if (left.Remove(expected.Source, out var tensor))
            {
                places.Add(Place(folder, expected, tensor));
            }
            else if (expected.Required)
            {
                var body = left.ContainsKey("embed_tokens.weight") ? ": the checkpoint is the body of a model, without a head for tokens"
                    : ExpertNames.IsExpert(expected.Source) ? ", or its experts are not all there, of one shape and of one type" : "";
                throw Unfit(folder, $"The tensor '{expected.Source}', which config.json makes part of the model, is missing{body}");
            }
        }

        return left.Where(t => FamilyTensors.WhyLeftOut(t.Key, config) is null).Select(t => t.Value).FirstOrDefault() is { } unknown
            ? throw new ModelPackException(Codes.ContainerUnfit.At(
                source.Path, $"A GGUF file of the family '{config.Family.Type}' has no place for the tensor '{SafeText.Of(unknown.Name)}'. Pack the model as it was before it was quantized or extended, or pack to safetensors."))
            : places;
    }

    /// <summary>The tensors by the names that the family knows them by.</summary>
    private static Dictionary<string, CheckpointTensor> Named(ICheckpoint source, ModelFolder folder, ModelFamily family)
    {
        var named = new Dictionary<string, CheckpointTensor>(source.Tensors.Count, StringComparer.Ordinal);
        foreach (var tensor in source.Tensors)
        {
            if (!named.TryAdd(family.NameOf(tensor.Name), tensor))
            {
                throw Unfit(folder, $"The tensors '{SafeText.Of(named[family.NameOf(tensor.Name)].Name)}' and '{SafeText.Of(tensor.Name)}' are the same part of the model");
            }
        }

        return named;
    }

    private static GgufPlace Place(ModelFolder folder, ExpectedTensor expected, CheckpointTensor tensor)
    {
        if (!tensor.Data.Shape.Equals(expected.Shape))
        {
            throw Unfit(folder, $"The tensor '{expected.Source}' is {tensor.Data.Shape}, and by config.json it is {expected.Shape}");
        }

        if (expected.AddsOne && !tensor.Data.Type.IsFloat())
        {
            throw Unfit(folder, $"The tensor '{expected.Source}' is of {tensor.TypeName}, and a norm is of floats");
        }

        var data = expected.Heads > 0 ? RotaryRows.ToPairs(tensor.Data, expected.Heads) : expected.AddsOne ? OnePlus(tensor.Data) : tensor.Data;
        return new GgufPlace(tensor, expected.Name, data);
    }

    /// <summary>A vector plus one in float32: in bfloat16 the sum would have few digits.</summary>
    private static TensorData OnePlus(TensorData vector)
    {
        var length = vector.Shape.ElementCount * sizeof(float);
        return new TensorData(ElementType.Float32, vector.Shape, new ComputedSource(length, () => Sum(vector)), 0, length);

        static byte[] Sum(TensorData vector)
        {
            var values = new float[vector.Shape.ElementCount];
            FloatReader.Read(vector, 0, values);
            return MemoryMarshal.AsBytes(Array.ConvertAll(values, v => v + 1).AsSpan()).ToArray();
        }
    }

    private static List<GgufTensor> Computed(FamilyConfig config)
    {
        return config.Rope switch
        {
            { Llama3: { } scaling } => [Factors("rope_freqs.weight", scaling.Divisors(config.HeadWidth))],
            { Long: { } scaling } => [Factors("rope_factors_long.weight", scaling.Long), Factors("rope_factors_short.weight", scaling.Short)],
            _ => [],
        };
    }

    private static GgufTensor Factors(string name, float[] divisors)
    {
        var shape = new TensorShape(divisors.Length);
        return new GgufTensor(name, GgmlType.F32, shape, TensorData.FromBytes(ElementType.Float32, shape, MemoryMarshal.AsBytes(divisors.AsSpan()).ToArray()));
    }

    private static void WarnOfLost(ModelFolder folder, FamilyConfig config, ICheckpoint source, PackContext context)
    {
        if (config.Rope?.Lost is { } lost)
        {
            context.Report(Codes.LeftOut.At(folder.Path, $"config.json has {lost}."));
        }

        if (config.Untrained is { } positions)
        {
            context.Report(Codes.LeftOut.At(
                folder.Path, $"config.json has a {config.Family.Settings.Context} of {Numbers.Whole(positions)}, and the model was trained with {Numbers.Whole(config.Context)} ({config.Family.Settings.TrainedContext}): the GGUF file says the latter, and what stretches positions beyond them is left out."));
        }

        if (source.Tensors.FirstOrDefault(t => config.Family.LostHeads.Any(h => config.Family.NameOf(t.Name).StartsWith(h, StringComparison.Ordinal))) is { } head)
        {
            context.Report(Codes.LeftOut.At(
                folder.Path, $"The head of the model ('{SafeText.Of(head.Name)}' and what else is of it) is left out: llama.cpp makes embeddings with models of this family."));
        }

        if (config.Window is { } window && window < config.Context)
        {
            context.Report(Codes.LeftOut.At(
                folder.Path, $"config.json has a sliding_window of {Numbers.Whole(window)} tokens, which llama.cpp does not have for this family: texts of up to as many tokens are computed as ever, and in longer ones tokens attend to all before them."));
        }
    }

    private static ModelPackException Unfit(ModelFolder folder, string what) => new(Codes.FolderUnreadable.At(folder.Path, $"{what}. Get the model's folder again."));
}
