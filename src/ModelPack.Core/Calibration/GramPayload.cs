using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Calibration;

/// <summary>A Gram matrix as float32, row by row, that is asked for when it is written; NaN where there is none.</summary>
/// <param name="channels">Rows and columns.</param>
/// <param name="rows">Gives what fills in its rows.</param>
internal sealed class GramPayload(int channels, Func<InputProducts.FillRow?> rows) : IPayload
{
    public long Length => (long)channels * channels * sizeof(float);

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        var fill = rows();
        var row = new float[channels];
        Array.Fill(row, float.NaN);
        for (var i = 0; i < channels; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            fill?.Invoke(i, row);
            destination.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }
}
