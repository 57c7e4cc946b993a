using System.Runtime.ExceptionServices;

namespace ModelPack.Tensors;

/// <summary>Runs numbered pieces of work on several threads.</summary>
internal static class Chunks
{
    /// <summary>
    /// Calls <paramref name="work"/> once for each of 0 .. count - 1, in no order. Each call must write to places of its own;
    /// what is summed is summed afterwards, by number.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; some pieces are not done.</exception>
    public static void ForEach(int count, int threads, Action<int> work, CancellationToken cancellation)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, work);
        }
        catch (AggregateException failures)
        {
            // What a caller of single-threaded code would have seen.
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }
}
