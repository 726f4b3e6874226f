using System.Text;
using System.Text.Json;

namespace Nunchi.Tensors.Machine;

/// <summary>What the machine can do at most, measured just now.</summary>
/// <param name="Processor">The processor's name, as the system tells it.</param>
/// <param name="Processors">Logical processors that this process may use.</param>
/// <param name="Kernels">The instruction set that the engine chooses here.</param>
/// <param name="Limits">The measurements.</param>
public sealed record MachineReport(string Processor, int Processors, string Kernels, IReadOnlyList<MachineLimit> Limits)
{
    /// <summary>The float32 multiply-add peak of all threads together in GFLOP/s, over the instruction sets measured.</summary>
    public double Float32Peak => Largest("float32");

    /// <summary>The read bandwidth of all threads together in GB/s.</summary>
    public double ReadBandwidth => Largest("read");

    /// <summary>A plain text table, one limit a line.</summary>
    public string ToTable()
    {
        var text = new StringBuilder();
        text.AppendLine($"processor: {Processor}, {Processors} usable, kernels {Kernels}");
        text.AppendLine($"{"quantity",-16}{"instructions",-22}{"threads",8}{"value",12}  unit");
        foreach (var limit in Limits) text.AppendLine($"{limit.Quantity,-16}{limit.Instructions,-22}{limit.Threads,8}{limit.Value,12:F2}  {limit.Unit}");
        return text.ToString();
    }

    /// <summary>One JSON object: schema, processor, processors, kernels, limits.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", "nunchi.machine.v1");
            writer.WriteString("processor", Processor);
            writer.WriteNumber("processors", Processors);
            writer.WriteString("kernels", Kernels);
            writer.WriteStartArray("limits");
            foreach (var limit in Limits)
            {
                writer.WriteStartObject();
                writer.WriteString("quantity", limit.Quantity);
                writer.WriteString("instructions", limit.Instructions);
                writer.WriteNumber("threads", limit.Threads);
                writer.WriteNumber("value", Math.Round(limit.Value, 3));
                writer.WriteString("unit", limit.Unit);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private double Largest(string quantity) => Limits.Where(limit => limit.Quantity == quantity).Select(limit => limit.Value).DefaultIfEmpty().Max();
}
