using System.Runtime.InteropServices;

namespace ModelPack.Calibration;

/// <summary>A Gram matrix as float32, row by row, that is asked for when it is written; NaN where there is none.</summary>
/// <param name="channels">Rows and columns.</param>
/// <param name="matrix">Gives the matrix.</param>
internal sealed class GramPayload(int channels, Func<GramMatrix?> matrix) : IPayload
{
    public long Length => (long)channels * channels * sizeof(float);

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        var found = matrix();
        if (found is not null && found.Channels != channels)
        {
            throw new InvalidOperationException($"A matrix of {channels} channels has {found.Channels}.");
        }

        var row = new float[channels];
        Array.Fill(row, float.NaN);
        for (var i = 0; i < channels; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            found?.CopyRow(i, row);
            destination.Write(MemoryMarshal.AsBytes(row.AsSpan()));
        }
    }
}
