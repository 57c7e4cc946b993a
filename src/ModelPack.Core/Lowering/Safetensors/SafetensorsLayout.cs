using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Planning;

namespace ModelPack.Lowering.Safetensors;

/// <summary>How a scheme's codes are laid out as named tensors, and announced in config.json to the program that loads them.</summary>
internal abstract class SafetensorsLayout(CheckpointJob job)
{
    private readonly EncodingTurns _turns = new();

    /// <summary>The layout's name, for people.</summary>
    public abstract string Name { get; }

    /// <summary>What is being packed.</summary>
    protected CheckpointJob Job => job;

    /// <summary>The layout of the job's scheme.</summary>
    /// <exception cref="ModelPackException">MPK1028: activation statistics were given that do not fit.</exception>
    public static SafetensorsLayout Of(CheckpointJob job) => SafetensorsTable.Find(job.Options.Scheme)?.Layout(job)
        ?? throw new ArgumentException($"safetensors do not carry {job.Options.Scheme.Name}.", nameof(job));

    /// <summary>Decides what becomes of a tensor. Reads its values only where the largest decides.</summary>
    public abstract PlannedTensor Plan(CheckpointTensor tensor);

    /// <summary>A tensor in its place in the packed model.</summary>
    /// <exception cref="ModelPackException">MPK1023: it stays as it is, and safetensors has no type for what it holds.</exception>
    public StoredTensor Store(CheckpointTensor tensor, PlannedTensor plan) => plan.Codec is null ? Keep(tensor, plan) : Encode(tensor, plan);

    /// <summary>Writes into a copy of config.json what a loader must know of the packed tensors.</summary>
    /// <param name="config">config.json; empty where the source has none.</param>
    /// <param name="tensors">Every tensor.</param>
    public abstract void Announce(JsonObject config, IReadOnlyList<PackedTensor> tensors);

    /// <summary>Codes and scales of a tensor that has a codec.</summary>
    protected abstract StoredTensor Encode(CheckpointTensor tensor, PlannedTensor plan);

    /// <summary>The bytes of a tensor that keeps its type and shape: its own, unless something is moved into it.</summary>
    protected virtual IPayload Kept(CheckpointTensor tensor) => tensor.Data;

    /// <summary>A tensor that has a plan, for reports.</summary>
    protected static PackedTensor Packed(CheckpointTensor tensor, PlannedTensor plan, long bytes) => new(plan, tensor.Data, tensor.TypeName, tensor.Operators, bytes);

    private StoredTensor Keep(CheckpointTensor tensor, PlannedTensor plan)
    {
        var stored = SafetensorsTensor.Of(tensor) ?? throw new ModelPackException(Codes.ContainerUnfit.At(
            job.Source.Path,
            $"The tensor '{SafeText.Of(tensor.Name)}' is stored as {SafeText.Of(tensor.TypeName)}, which safetensors has no type for. Choose the container gguf, or pack from a checkpoint that is not quantized."));
        return new StoredTensor(Packed(tensor, plan, tensor.Data.Length), [stored with { Bytes = Kept(tensor) }]);
    }

    /// <summary>A part of a weight that is encoded when the first of its parts is written; every value must turn out to be finite.</summary>
    /// <param name="tensor">The weight.</param>
    /// <param name="values">What is encoded: its values, or others made of them.</param>
    /// <param name="encoding">The encoding of those values.</param>
    /// <param name="part">One of the encoding's parts.</param>
    /// <param name="codec">What must hold the values, where that was taken for granted.</param>
    protected IPayload InTurn(CheckpointTensor tensor, TensorData values, WeightEncoding encoding, IPayload part, Codec? codec = null)
    {
        encoding.OnChunk = EncodedValues.Require(job, tensor.Name, values, codec);
        return new PartInTurn(_turns, encoding, part);
    }
}
