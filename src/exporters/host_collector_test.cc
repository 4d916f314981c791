#include "exporters/host_collector.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/text.h"
#include "client/text_writer.h"
#include "exporters/host_page.h"

namespace watchfire::exporters {
namespace {

class HostCollectorTest : public ::testing::Test {
 protected:
  ~HostCollectorTest() override { std::filesystem::remove_all(root_); }

  void File(const std::string& path, std::string_view text) {
    std::filesystem::path full = root_ + "/" + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  // The lines of the page whose name begins with `prefix`, without comments.
  std::vector<std::string> Collect(std::string_view prefix) {
    HostCollector collector({root_ + "/proc", root_ + "/sys/", root_, "1.2.3"});
    std::vector<std::string> out;
    for (std::string_view line : Lines(page_ = client::WriteText(collector.Collect()))) {
      if (line.starts_with(prefix)) out.emplace_back(line);
    }
    return out;
  }

  std::string root_ = ::testing::TempDir() + "/host_" + std::to_string(getpid());
  std::string page_;
};

using Strings = std::vector<std::string>;

TEST_F(HostCollectorTest, ReadsCpusAndCounters) {
  File("proc/stat",
       "cpu  3 2 1 4 5 6 7 8 9 10\ncpu0 100 200 300 400 500 600 700 800 50 25\n"
       "intr 123 1 2 3\nctxt 456\nbtime 1700000000\nprocesses 789\nprocs_running 2\n"
       "procs_blocked 1\nsoftirq 1 2\n");
  EXPECT_EQ(Collect("node_cpu_"),
            (Strings{R"(node_cpu_guest_seconds_total{cpu="0",mode="user"} 0.5)",
                     R"(node_cpu_guest_seconds_total{cpu="0",mode="nice"} 0.25)",
                     R"(node_cpu_seconds_total{cpu="0",mode="user"} 1)",
                     R"(node_cpu_seconds_total{cpu="0",mode="nice"} 2)",
                     R"(node_cpu_seconds_total{cpu="0",mode="system"} 3)",
                     R"(node_cpu_seconds_total{cpu="0",mode="idle"} 4)",
                     R"(node_cpu_seconds_total{cpu="0",mode="iowait"} 5)",
                     R"(node_cpu_seconds_total{cpu="0",mode="irq"} 6)",
                     R"(node_cpu_seconds_total{cpu="0",mode="softirq"} 7)",
                     R"(node_cpu_seconds_total{cpu="0",mode="steal"} 8)"}));
  EXPECT_EQ(Collect("node_intr_total"), Strings{"node_intr_total 123"});
  EXPECT_EQ(Collect("node_context_switches_total"), Strings{"node_context_switches_total 456"});
  EXPECT_EQ(Collect("node_boot_time_seconds"), Strings{"node_boot_time_seconds 1.7e+09"});
  EXPECT_EQ(Collect("node_forks_total"), Strings{"node_forks_total 789"});
  EXPECT_EQ(Collect("node_procs_"), (Strings{"node_procs_blocked 1", "node_procs_running 2"}));
}

TEST_F(HostCollectorTest, ReadsMemoryAndLoad) {
  File("proc/meminfo", "MemTotal:       1024 kB\nActive(anon):  2 kB\nHugePages_Total:       3\n");
  File("proc/loadavg", "0.5 1.25 2 3/400 12345\n");
  EXPECT_EQ(Collect("node_memory_"),
            (Strings{"node_memory_Active_anon_bytes 2048", "node_memory_HugePages_Total 3",
                     "node_memory_MemTotal_bytes 1.048576e+06"}));
  EXPECT_EQ(Collect("node_load"), (Strings{"node_load1 0.5", "node_load15 2", "node_load5 1.25"}));
}

TEST_F(HostCollectorTest, ReadsDisksButNoPartitions) {
  std::string rest = " 10 1 100 2000 20 2 200 3000 4 5000 6000 7 8 9 10000 11 12000\n";
  std::string text;
  for (const char* name : {"sda", "sda1", "loop0", "zram0", "nvme0n1", "nvme0n1p2", "dm-0"}) {
    text += std::string("   8       0 ") + name + rest;
  }
  File("proc/diskstats", text);
  File("run/udev/data/b8:0", "S:x\nE:ID_MODEL=Fast_Disk\nE:ID_WWN=0x5\n");
  EXPECT_EQ(Collect("node_disk_io_now"),
            (Strings{"node_disk_io_now{device=\"sda\"} 4", "node_disk_io_now{device=\"nvme0n1\"} 4",
                     "node_disk_io_now{device=\"dm-0\"} 4"}));
  auto first = [this](const std::string& name) {
    Strings lines = Collect(name + "{device=\"sda\"");
    return lines.empty() ? "" : lines[0].substr(lines[0].rfind(' ') + 1);
  };
  EXPECT_EQ(first("node_disk_reads_completed_total"), "10");
  EXPECT_EQ(first("node_disk_read_bytes_total"), "51200");
  EXPECT_EQ(first("node_disk_read_time_seconds_total"), "2");
  EXPECT_EQ(first("node_disk_written_bytes_total"), "102400");
  EXPECT_EQ(first("node_disk_io_time_seconds_total"), "5");
  EXPECT_EQ(first("node_disk_discarded_sectors_total"), "9");
  EXPECT_EQ(first("node_disk_flush_requests_time_seconds_total"), "12");
  EXPECT_EQ(Collect("node_disk_info{device=\"sda\"")[0],
            R"(node_disk_info{device="sda",major="8",minor="0",model="Fast_Disk",path="",)"
            R"(revision="",serial="",wwn="0x5"} 1)");
}

TEST_F(HostCollectorTest, AsksRealFileSystemsOnlyAndEachOnce) {
  File("data/with space/x", "");
  File("proc/1/mounts",
       "/dev/sda1 /data/with\\040space ext4 ro,relatime 0 0\n"
       "/dev/sda1 /data/with\\040space ext4 ro,relatime 0 0\n"
       "proc /proc proc rw 0 0\ntmpfs /dev/shm tmpfs rw 0 0\n"
       "overlay /var/lib/docker/overlay2/x overlay rw 0 0\n"
       "/dev/sdb /gone xfs rw 0 0\n");
  EXPECT_EQ(
      Collect("node_filesystem_device_error"),
      (Strings{
          R"(node_filesystem_device_error{device="/dev/sda1",fstype="ext4",)"
          R"(mountpoint="/data/with space"} 0)",
          R"(node_filesystem_device_error{device="/dev/sdb",fstype="xfs",mountpoint="/gone"} 1)"}));
  Strings sizes = Collect("node_filesystem_size_bytes");
  ASSERT_EQ(sizes.size(), 1u);
  EXPECT_NE(sizes[0].back(), '0');
  EXPECT_EQ(Collect("node_filesystem_readonly"),
            Strings{R"(node_filesystem_readonly{device="/dev/sda1",fstype="ext4",)"
                    R"(mountpoint="/data/with space"} 1)"});
}

TEST_F(HostCollectorTest, ReadsNetworkDevices) {
  File("proc/net/dev",
       "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n"
       "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
  File("sys/class/net/eth0/ifindex", "2\n");
  File("sys/class/net/eth0/operstate", "up\n");
  File("sys/class/net/eth0/address", "02:fc:00:00:00:01\n");
  File("sys/class/net/eth0/mtu", "1500\n");
  File("sys/class/net/eth0/flags", "0x1003\n");
  File("sys/class/net/eth0/speed", "1000\n");
  File("sys/class/net/eth0/statistics/rx_nohandler", "17\n");
  File("sys/class/net/bonding_masters", "\n");
  EXPECT_EQ(Collect("node_network_receive"),
            (Strings{"node_network_receive_bytes_total{device=\"eth0\"} 1",
                     "node_network_receive_compressed_total{device=\"eth0\"} 7",
                     "node_network_receive_drop_total{device=\"eth0\"} 4",
                     "node_network_receive_errs_total{device=\"eth0\"} 3",
                     "node_network_receive_fifo_total{device=\"eth0\"} 5",
                     "node_network_receive_frame_total{device=\"eth0\"} 6",
                     "node_network_receive_multicast_total{device=\"eth0\"} 8",
                     "node_network_receive_nohandler_total{device=\"eth0\"} 17",
                     "node_network_receive_packets_total{device=\"eth0\"} 2"}));
  EXPECT_EQ(Collect("node_network_up"), Strings{"node_network_up{device=\"eth0\"} 1"});
  EXPECT_EQ(Collect("node_network_flags"), Strings{"node_network_flags{device=\"eth0\"} 4099"});
  EXPECT_EQ(Collect("node_network_speed"),
            Strings{"node_network_speed_bytes{device=\"eth0\"} 1.25e+08"});
  EXPECT_EQ(Collect("node_network_info"),
            Strings{R"(node_network_info{address="02:fc:00:00:00:01",broadcast="",device="eth0",)"
                    R"(duplex="",ifalias="",operstate="up"} 1)"});
}

TEST_F(HostCollectorTest, ReadsProtocolsSocketsAndPressure) {
  File("proc/net/netstat", "TcpExt: SyncookiesSent Other TCPTimeouts\nTcpExt: 1 2 3\n");
  File("proc/net/snmp", "Ip: Forwarding InReceives\nIp: 1 2\nUdp: InErrors\nUdp: 4\n");
  File("proc/net/snmp6", "Ip6InOctets\t5\nIp6InDiscards 6\n");
  File("proc/net/sockstat", "sockets: used 7\nTCP: inuse 8 mem 2\n");
  File("proc/net/softnet_stat",
       "0000000a 00000001 00000002 00000000 00000000 00000000 00000000 00000000 00000000 "
       "00000000 00000000 00000000 00000003\n");
  File("proc/pressure/io", "some avg10=0.00 total=1500000\nfull avg10=0.00 total=500000\n");
  File("proc/pressure/cpu", "some avg10=0.00 total=1000000\nfull avg10=0.00 total=0\n");
  EXPECT_EQ(Collect("node_netstat_"),
            (Strings{"node_netstat_Ip6_InOctets 5", "node_netstat_Ip_Forwarding 1",
                     "node_netstat_TcpExt_SyncookiesSent 1", "node_netstat_TcpExt_TCPTimeouts 3",
                     "node_netstat_Udp_InErrors 4"}));
  EXPECT_EQ(Collect("node_sockstat_").size(), 4u);
  EXPECT_EQ(Collect("node_softnet_processed"),
            Strings{"node_softnet_processed_total{cpu=\"3\"} 10"});
  EXPECT_EQ(Collect("node_pressure_"), (Strings{"node_pressure_cpu_waiting_seconds_total 1",
                                                "node_pressure_io_stalled_seconds_total 0.5",
                                                "node_pressure_io_waiting_seconds_total 1.5"}));
}

TEST_F(HostCollectorTest, AddsUpConnectionTracking) {
  File("proc/sys/net/netfilter/nf_conntrack_count", "5\n");
  File("proc/sys/net/netfilter/nf_conntrack_max", "262144\n");
  File("proc/net/stat/nf_conntrack", "entries  found new drop\n05 0a 01 02\n05 01 01 00\n");
  EXPECT_EQ(Collect("node_nf_"),
            (Strings{"node_nf_conntrack_entries 5", "node_nf_conntrack_entries_limit 262144",
                     "node_nf_conntrack_stat_drop 2", "node_nf_conntrack_stat_found 11"}));
}

TEST_F(HostCollectorTest, ReadsTheSystemsName) {
  File("etc/os-release", "NAME=\"Some \\\"Linux\\\"\"\nID=some\n# x\nVERSION_ID='22.04.1'\n");
  EXPECT_EQ(Collect("node_os_version"),
            Strings{R"(node_os_version{id="some",id_like="",name="Some \"Linux\""} 22.04)"});
  EXPECT_EQ(Collect("node_uname_info").size(), 1u);
  EXPECT_EQ(Collect("node_exporter_build_info"),
            Strings{R"(node_exporter_build_info{goos="linux",version="1.2.3"} 1)"});
}

TEST_F(HostCollectorTest, ReportsCollectorsWhoseFilesAreMissingAndRunsTheOthers) {
  File("proc/loadavg", "1 2 3 4/5 6\n");
  EXPECT_EQ(Collect("node_scrape_collector_success{collector=\"loadavg\""),
            Strings{"node_scrape_collector_success{collector=\"loadavg\"} 1"});
  EXPECT_EQ(Collect("node_scrape_collector_success{collector=\"meminfo\""),
            Strings{"node_scrape_collector_success{collector=\"meminfo\"} 0"});
}

TEST_F(HostCollectorTest, NeverWaitsTwiceForAMountThatHangs) {
  MountGuard mounts;
  EXPECT_TRUE(mounts.Enter("/nfs"));
  EXPECT_FALSE(mounts.Enter("/nfs"));
  mounts.Leave("/nfs");
  EXPECT_TRUE(mounts.Enter("/nfs"));
}

TEST_F(HostCollectorTest, ReplacesBytesThatAreNotUtf8) {
  File("proc/1/mounts", "/dev/\xff /gone ext4 rw 0 0\n");
  EXPECT_EQ(Collect("node_filesystem_device_error").size(), 1u);
  EXPECT_TRUE(IsValidUtf8(page_));
}

TEST(HostCollector, ShowsWhatTheRealMachineHas) {
  std::string page = client::WriteText(HostCollector().Collect());
  for (const char* name :
       {"node_cpu_seconds_total{", "node_memory_MemAvailable_bytes ", "node_load1 ",
        "node_network_receive_bytes_total{", "node_boot_time_seconds ", "node_time_seconds ",
        "node_uname_info{", "node_filefd_maximum ", "node_vmstat_pgfault "}) {
    EXPECT_NE(page.find(std::string("\n") + name), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace watchfire::exporters
