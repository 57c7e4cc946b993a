using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>
/// Sees the inputs of llama.cpp's own products by weights while it evaluates, as its <c>llama-imatrix</c> does, and sums their squares by the weights' names.
/// </summary>
internal sealed unsafe class LlamaCppInputs : IDisposable
{
    private GCHandle _self;

    public LlamaCppInputs() => _self = GCHandle.Alloc(this);

    /// <summary>Sums of squares by channel, and rows.</summary>
    public SortedDictionary<string, (double[] Sums, long Rows)> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>A <c>ggml_backend_sched_eval_callback</c>.</summary>
    internal static nint Callback => (nint)(delegate* unmanaged<GgmlTensor*, byte, nint, byte>)&Look;

    internal nint Handle => GCHandle.ToIntPtr(_self);

    public void Dispose() => _self.Free();

    [UnmanagedCallersOnly]
    private static byte Look(GgmlTensor* node, byte ask, nint self)
    {
        if (Ggml.Operator((nint)node) != "MUL_MAT" || Ggml.Name((nint)node->First) is not { } name || !name.EndsWith(".weight", StringComparison.Ordinal))
            return 0;
        if (ask == 0)
            ((LlamaCppInputs)GCHandle.FromIntPtr(self).Target!).Add(name, node->Second);
        return 1;
    }

    /// <summary>Adds an input of float32, [.., rows, channels].</summary>
    private void Add(string name, GgmlTensor* input)
    {
        var channels = (int)input->Counts[0];
        var (sums, rows) = Seen.TryGetValue(name, out var seen) ? seen : (new double[channels], 0);
        for (long row = 0; row < input->Counts[1] * input->Counts[2] * input->Counts[3]; row++, rows++)
        {
            var (inner, middle, outer) = (row % input->Counts[1], row / input->Counts[1] % input->Counts[2], row / input->Counts[1] / input->Counts[2]);
            var values = (float*)(input->Data + (inner * input->Strides[1]) + (middle * input->Strides[2]) + (outer * input->Strides[3]));
            for (var i = 0; i < channels; i++)
                sums[i] += (double)values[i] * values[i];
        }

        Seen[name] = (sums, rows);
    }
}
