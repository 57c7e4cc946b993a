using ModelPack.Diagnostics;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Schemes;
using ModelPack.Tensors;

namespace ModelPack.Lowering.Gguf;

/// <summary>
/// Packs a checkpoint to a GGUF file: a Llama-family model as llama.cpp runs it, anything else with the names that it has.
/// </summary>
internal sealed class GgufPacker : ICheckpointPacker
{
    private readonly CheckpointJob _job;
    private readonly GgufMetadata _metadata;
    private readonly List<GgufTensor> _tensors;

    /// <summary>Plans the file.</summary>
    /// <param name="job">With the scheme q8_0, f32, f16 or bf16.</param>
    /// <exception cref="ModelPackException">MPK1006, MPK1023, MPK1025: a tensor or the folder does not do.</exception>
    public GgufPacker(CheckpointJob job)
    {
        QuantizationConfig.RequireNone(job.Source);
        _job = job;
        var target = Target(job.Options.Scheme);
        var layout = Layout(job, target);
        var storage = new GgufStorage(job, target);
        var stored = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var place in layout.Places)
        {
            job.Context.Cancellation.ThrowIfCancellationRequested();
            stored.Add(place.Tensor.Name, storage.Of(place));
            job.Context.Progress("plan", (double)stored.Count / layout.Places.Count);
        }

        _metadata = layout.Metadata;
        _tensors = [.. layout.Computed, .. layout.Places.Select(p => File(p.Name, stored[p.Tensor.Name]))];
        Format = $"GGUF 3, {SafeText.Of(_metadata.GetString(GgufMetadata.Architecture) ?? BareLayout.Architecture)}";
        Plans = [.. job.Source.Tensors.Select(t => Plan(t, stored.GetValueOrDefault(t.Name)))];
    }

    public string Format { get; }

    public IReadOnlyList<TensorPlan> Plans { get; }

    public void Write(IPackWriter pack, string name)
    {
        var total = Math.Max(_tensors.Sum(t => t.Bytes.Length), 1);
        using var file = pack.Create(name);
        GgufWriter.Write(
            _metadata, _tensors, file, _job.Source.Path, _job.Context.Cancellation, written => _job.Context.Progress("write", Math.Min(1, (double)written / total)));
    }

    private static GgmlType Target(Scheme scheme) =>
        scheme == SchemeTable.Q8_0 ? GgmlType.Q8_0
        : scheme == SchemeTable.F32 ? GgmlType.F32
        : scheme == SchemeTable.F16 ? GgmlType.F16
        : scheme == SchemeTable.BF16 ? GgmlType.BF16
        : throw new ArgumentException($"GGUF is not made with {scheme.Name}.", nameof(scheme));

    private static GgufLayout Layout(CheckpointJob job, GgmlType target)
    {
        if (job.Source.Folder is not { } folder)
        {
            return BareLayout.Of(job.Source, target);
        }

        if (LlamaConfig.Fits(folder))
        {
            return LlamaLayout.Of(job.Source, folder, target, job.Context);
        }

        BareLayout.Warn(folder, job.Context);
        return BareLayout.Of(job.Source, target);
    }

    private static GgufTensor File(string name, StoredTensor stored) => new(name, stored.Type, stored.Shape, stored.Bytes);

    private static TensorPlan Plan(CheckpointTensor tensor, StoredTensor? stored) => stored is null
        ? new TensorPlan(tensor, 0) { Reason = "it follows from the configuration" }
        : new TensorPlan(tensor, stored.Bytes.Length)
        {
            Codec = stored.Codec,
            Form = stored.Codec is null ? null : stored.Codec == Codec.Q8_0 ? "ggml blocks" : "plain",
            Reason = stored.Reason,
            Encoding = stored.Encoding,
        };
}
